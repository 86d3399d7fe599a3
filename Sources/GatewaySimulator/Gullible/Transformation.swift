import Foundation

/// A change to the letters of an answer that instructions ask for, which hides it from readers and
/// from verifiers alike.
enum Transformation: Sendable, Equatable {
  /// The letters of each word backwards.
  case scramble
  /// Two letters of every other word swapped.
  case misspell
  /// Letters as their number in the alphabet.
  case numbers
  /// Vowels as other characters, in the order of a, e, i, o, u.
  case vowels(String)
  /// No spaces and no punctuation.
  case joined
  /// The letters in groups of so many.
  case grouped(Int)
  case base64
  case rot13
  /// Frequent English words in Spanish.
  case translated

  /// What a text asks for; nil where it asks for no change.
  init?(askedForBy text: String) {
    let text = InstructionFinder.fold(text)
    func has(_ words: String...) -> Bool { words.contains(where: text.contains) }
    let isAboutLetters = has("letter", "vowel")
    if has("base64") {
      self = .base64
    } else if has("rot13") {
      self = .rot13
    } else if has("anagram", "scramble", "jumble", "rearrange") {
      self = .scramble
    } else if has("misspell", "typo") {
      self = .misspell
    } else if has("asterisk") {
      self = .vowels("*****")
    } else if has("alphanumeric") || isAboutLetters && has("number") {
      self = .numbers
    } else if has("homophonic", "symbol") || isAboutLetters && has("replace", "substitut") {
      self = .vowels("@#$%&")
    } else if has("without", "remove") && has("space") {
      self = .joined
    } else if isAboutLetters && has("group") {
      self = .grouped(has("three") ? 3 : 4)
    } else if has("encode") {
      self = .base64
    } else if has("translat", "equivalent", " spanish", " french", " russian", " japanese") {
      self = .translated
    } else {
      return nil
    }
  }

  /// The changed text; the same text where nothing in it can be changed.
  func applied(to text: String) -> String {
    switch self {
    case .scramble: Self.eachWord(of: text) { _, word in String(word.reversed()) }
    case .misspell:
      Self.eachWord(of: text) { place, word in
        guard place.isMultiple(of: 2), word.count > 2 else { return word }
        var letters = Array(word)
        letters.swapAt(0, 1)
        return String(letters)
      }
    case .numbers:
      text.map { letter in
        guard let code = letter.lowercased().utf8.first, letter.isASCII, letter.isLetter else {
          return String(letter)
        }
        return "\(code - 0x60)"
      }.joined()
    case .vowels(let symbols):
      Self.replacing(Dictionary(uniqueKeysWithValues: zip("aeiou", symbols)), in: text)
    case .joined: text.filter { $0.isLetter || $0.isNumber }
    case .grouped(let size):
      Self.groups(of: text.filter { $0.isLetter || $0.isNumber }, size).joined(separator: " ")
    case .base64: Data(text.utf8).base64EncodedString()
    case .rot13:
      String(
        decoding: text.utf8.map { byte -> UInt8 in
          switch byte {
          case 0x41...0x5A: (byte - 0x41 + 13) % 26 + 0x41
          case 0x61...0x7A: (byte - 0x61 + 13) % 26 + 0x61
          default: byte
          }
        }, as: UTF8.self)
    case .translated:
      Self.eachWord(of: text) { _, word in Self.spanish[word.lowercased()] ?? word }
    }
  }

  private static func eachWord(of text: String, _ change: (Int, String) -> String) -> String {
    text.split(whereSeparator: \.isWhitespace).enumerated()
      .map { change($0.offset, String($0.element)) }.joined(separator: " ")
  }

  private static func replacing(_ letters: [Character: Character], in text: String) -> String {
    String(text.map { letters[Character($0.lowercased())] ?? $0 })
  }

  private static func groups(of text: String, _ size: Int) -> [String] {
    var groups: [String] = []
    for (place, letter) in text.enumerated() {
      if place.isMultiple(of: size) { groups.append("") }
      groups[groups.count - 1].append(letter)
    }
    return groups
  }

  private static let spanish = [
    "the": "el", "a": "un", "an": "un", "and": "y", "of": "de", "in": "en", "on": "sobre",
    "to": "a", "with": "con", "for": "para", "is": "es", "was": "fue", "it": "lo", "from": "desde",
    "add": "añade", "put": "pon", "cut": "corta", "make": "haz", "use": "usa", "water": "agua",
    "paper": "papel", "hair": "pelo", "face": "cara", "mix": "mezcla", "fold": "dobla",
  ]
}
