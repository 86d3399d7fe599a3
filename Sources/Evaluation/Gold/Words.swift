import Foundation

/// The words of a text as baselines see them.
enum Words {
  /// Runs of letters, marks and digits after NFKC, in lower case; a character of a script that is
  /// written without spaces is a word of its own.
  static func distinct(in text: String) -> Set<String> {
    var words: Set<String> = []
    var word = String.UnicodeScalarView()
    func end() {
      if !word.isEmpty { words.insert(String(word)) }
      word.removeAll()
    }
    for scalar in text.precomposedStringWithCompatibilityMapping.lowercased().unicodeScalars {
      if standsAlone(scalar) {
        end()
        words.insert(String(scalar))
      } else if isPartOfWord(scalar) {
        word.append(scalar)
      } else {
        end()
      }
    }
    end()
    return words
  }

  private static func isPartOfWord(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter,
      .nonspacingMark, .spacingMark, .enclosingMark, .decimalNumber, .letterNumber, .otherNumber:
      true
    default: false
    }
  }

  /// Han, kana, and the letters and marks of Thai, Lao, Myanmar and Khmer.
  private static func standsAlone(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x0E01...0x0E4E, 0x0E81...0x0ECD, 0x1000...0x109D, 0x1780...0x17D3, 0x3041...0x3096,
      0x30A1...0x30FA:
      true
    default: scalar.properties.isIdeographic
    }
  }
}
