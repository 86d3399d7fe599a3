/// What a text is found by.
///
/// Scripts that put spaces between words give their words. The others give every letter and every
/// pair of neighbouring letters (the usual n-grams of Chinese and Japanese search): so a word of two
/// letters, such as 寿司, is found wherever it stands, which neither of SQLite's tokenizers can do:
/// `unicode61` takes a whole sentence for one word, and `trigram` finds nothing shorter than three
/// letters. No dictionary is needed, and none can be out of date. A letter counts with the vowel signs
/// and tone marks that follow it, so a Thai pair is about a syllable.
///
/// The terms consist of letters, digits and marks only, whatever the text holds. What they are is part
/// of the file's format: a change needs a migration that indexes every video anew.
enum SearchTerms {
  /// Code points of a word that count; two words that differ only after that are the same.
  static let wordLength = 64
  /// Distinct terms of a search that count, and code points of its text.
  static let searchedTerms = 128
  static let searchedLength = 4_096

  /// The terms of a video's text, repeated as they are in it.
  static func indexed(_ text: String) -> [String] {
    var terms: [String] = []
    forEachRun(of: TermFolding.folded(text)) { run in
      switch run {
      case .word(let word): terms.append(word)
      case .letters(let letters):
        terms += letters
        terms += pairs(letters)
      }
    }
    return terms
  }

  /// The terms to look for, each once. Pairs say more than their letters, which count only alone.
  static func searched(_ text: String) -> [String] {
    let start = String(String.UnicodeScalarView(text.unicodeScalars.prefix(searchedLength)))
    var terms: [String] = []
    var seen: Set<String> = []
    forEachRun(of: TermFolding.folded(start)) { run in
      let found =
        switch run {
        case .word(let word): [word]
        case .letters(let letters): letters.count > 1 ? pairs(letters) : letters
        }
      for term in found where terms.count < searchedTerms && seen.insert(term).inserted {
        terms.append(term)
      }
    }
    return terms
  }

  private static func pairs(_ letters: [String]) -> [String] {
    zip(letters, letters.dropFirst()).map { $0 + $1 }
  }

  /// Neighbouring characters of one kind.
  private enum Run {
    case word(String)
    /// Of a script without spaces, each with its marks.
    case letters([String])
  }

  private static func forEachRun(of text: String, _ body: (Run) -> Void) {
    var word = String.UnicodeScalarView()
    var letters: [String] = []
    func end() {
      if !word.isEmpty { body(.word(String(word))) }
      if !letters.isEmpty { body(.letters(letters)) }
      word = String.UnicodeScalarView()
      letters = []
    }
    for scalar in text.unicodeScalars {
      switch Kind(scalar) {
      case .letter:
        if !word.isEmpty { end() }
        letters.append(String(scalar))
      case .word:
        if !letters.isEmpty { end() }
        if word.count < wordLength { word.append(scalar) }
      case .mark:
        if let last = letters.indices.last {
          if letters[last].unicodeScalars.count < wordLength {
            letters[last].unicodeScalars.append(scalar)
          }
        } else if !word.isEmpty, word.count < wordLength {
          word.append(scalar)
        }
      case .nothing: break
      case .separator: end()
      }
    }
    end()
  }

  private enum Kind {
    /// Of a script without spaces.
    case letter
    /// A letter of any other script, or a digit.
    case word
    /// Belongs to what it follows.
    case mark
    /// Neither seen nor meant, such as a soft hyphen.
    case nothing
    case separator

    init(_ scalar: Unicode.Scalar) {
      if scalar.value < 0x80 {
        self = scalar.isASCIIAlphanumeric ? .word : .separator
        return
      }
      // Khmer and Thai mark the ends of words with it where they mark them at all.
      if scalar.value == 0x200B {
        self = .separator
        return
      }
      if scalar.properties.isDefaultIgnorableCodePoint {
        self = .nothing
        return
      }
      switch scalar.properties.generalCategory {
      case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter,
        .letterNumber:
        self = UnspacedScripts.contain(scalar) ? .letter : .word
      case .decimalNumber, .otherNumber: self = .word
      case .nonspacingMark, .spacingMark, .enclosingMark: self = .mark
      default: self = .separator
      }
    }
  }
}

extension Unicode.Scalar {
  fileprivate var isASCIIAlphanumeric: Bool {
    switch self {
    case "a"..."z", "A"..."Z", "0"..."9": true
    default: false
    }
  }
}
