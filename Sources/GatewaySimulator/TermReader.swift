import Foundation

/// Cuts text into the terms by which searches and segments are compared.
///
/// Case, width and diacritics are folded, English plurals reduced (Harman's S-stemmer). Where a
/// script writes no spaces (Chinese, Japanese, Thai and their like, and Hangul, whose particles
/// stick to the noun) a term is a pair of neighbouring characters, as in Lucene's CJK analyser.
enum TermReader {
  /// Gives every term of `text` to `body`, single characters of unspaced scripts included.
  static func forEachTerm(in text: some StringProtocol, _ body: (String) -> Void) {
    if text.utf8.allSatisfy({ $0 < 0x80 }) {
      forEachASCIITerm(in: text.utf8, body)
    } else {
      forEachFoldedTerm(in: fold(String(text)), singles: true, body)
    }
  }

  /// The distinct terms that carry a search's meaning, in order, at most `limit`.
  ///
  /// A search of nothing but stop words is taken at its word.
  static func contentTerms(ofSearch search: String, limit: Int) -> [String] {
    var folded = fold(search)
    for phrase in StopWords.unspacedPhrases where folded.contains(phrase) {
      folded = folded.replacingOccurrences(of: phrase, with: " ")
    }
    var content: [String] = []
    var all: [String] = []
    forEachFoldedTerm(in: folded, singles: false) { term in
      if all.count < limit, !all.contains(term) { all.append(term) }
      guard content.count < limit, !content.contains(term) else { return }
      if !StopWords.words.contains(term) { content.append(term) }
    }
    return content.isEmpty ? all : content
  }

  /// Compatibility forms, lower case, without accents (and without Arabic vowel marks).
  static func fold(_ text: String) -> String {
    let decomposed = text.lowercased().decomposedStringWithCompatibilityMapping
    var kept = String.UnicodeScalarView()
    for scalar in decomposed.unicodeScalars {
      switch scalar.value {
      case 0x300...0x36F, 0x64B...0x65F, 0x670: continue
      default: kept.append(scalar)
      }
    }
    return String(kept).precomposedStringWithCanonicalMapping
  }

  private static func forEachASCIITerm(in bytes: some Sequence<UInt8>, _ body: (String) -> Void) {
    var word: [UInt8] = []
    func flush() {
      guard !word.isEmpty else { return }
      body(stem(String(decoding: word, as: UTF8.self)))
      word.removeAll(keepingCapacity: true)
    }
    for byte in bytes {
      switch byte {
      case 0x61...0x7A, 0x30...0x39: word.append(byte)
      case 0x41...0x5A: word.append(byte | 0x20)
      default: flush()
      }
    }
    flush()
  }

  private static func forEachFoldedTerm(
    in text: String, singles: Bool, _ body: (String) -> Void
  ) {
    var word = String.UnicodeScalarView()
    var unspaced: [Unicode.Scalar] = []
    func flushWord() {
      guard !word.isEmpty else { return }
      body(stem(String(word)))
      word.removeAll()
    }
    func flushUnspaced() {
      guard !unspaced.isEmpty else { return }
      if singles || unspaced.count == 1 {
        for scalar in unspaced { body(String(scalar)) }
      }
      for (first, second) in zip(unspaced, unspaced.dropFirst()) {
        body(String(first) + String(second))
      }
      unspaced.removeAll(keepingCapacity: true)
    }
    for scalar in text.unicodeScalars {
      switch ScriptClass(scalar) {
      case .spaced:
        flushUnspaced()
        word.append(scalar)
      case .unspaced:
        flushWord()
        unspaced.append(scalar)
      case .joiner: continue
      case .separator:
        flushWord()
        flushUnspaced()
      }
    }
    flushWord()
    flushUnspaced()
  }

  /// The singular of an English plural; other words unchanged, as far as their ending can tell.
  static func stem(_ word: String) -> String {
    let bytes = Array(word.utf8)
    guard bytes.count > 3, bytes.last == UInt8(ascii: "s"), bytes.allSatisfy({ $0 < 0x80 }) else {
      return word
    }
    if word.hasSuffix("ies"), bytes.count > 4, !word.hasSuffix("eies"), !word.hasSuffix("aies") {
      return word.dropLast(3) + "y"
    }
    return word.hasSuffix("us") || word.hasSuffix("ss") ? word : String(word.dropLast())
  }
}

/// What a scalar does to the term it stands in.
enum ScriptClass {
  case spaced, unspaced, joiner, separator

  init(_ scalar: Unicode.Scalar) {
    switch scalar.value {
    case 0x30...0x39, 0x61...0x7A: self = .spaced
    case 0...0x7F: self = .separator
    case 0x200C, 0x200D, 0xAD: self = .joiner
    case 0xE00...0xFFF, 0x1000...0x109F, 0x1780...0x17FF, 0x3041...0x30FF, 0x31F0...0x31FF,
      0x3400...0x4DBF, 0x4E00...0x9FFF, 0xAC00...0xD7AF, 0xF900...0xFAFF, 0x20000...0x3FFFF:
      // U+30FB, the dot between Katakana words, is the one separator in these blocks that matters.
      self = scalar.value == 0x30FB ? .separator : .unspaced
    default:
      switch scalar.properties.generalCategory {
      case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter,
        .decimalNumber, .letterNumber, .otherNumber, .nonspacingMark, .spacingMark:
        self = .spaced
      default: self = .separator
      }
    }
  }
}
