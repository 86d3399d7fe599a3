import Foundation

/// The form of a text under which different spellings of its words meet.
enum TermFolding {
  /// Compatibility composition (NFKC) and full case folding, without the marks that people leave out
  /// when they type: accents, Arabic and Hebrew vowel points.
  ///
  /// Marks that are letters in their own right stay: vowel signs of Indic and Thai, the voicing marks
  /// of Japanese.
  static func folded(_ text: String) -> String {
    if text.utf8.allSatisfy({ $0 < 0x80 }) { return text.lowercased() }
    var folded = String.UnicodeScalarView()
    for scalar in text.decomposedStringWithCompatibilityMapping.unicodeScalars
    where !isLeftOut(scalar) {
      if scalar.properties.changesWhenCaseFolded {
        // Lower-casing the upper case of the lower case is full folding, as of ß and ς.
        let lower = scalar.properties.lowercaseMapping.uppercased().lowercased()
        folded.append(contentsOf: lower.unicodeScalars)
      } else {
        folded.append(scalar)
      }
    }
    return String(folded).precomposedStringWithCompatibilityMapping
  }

  private static func isLeftOut(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0..<0x300: false
    case 0x300...0x36F: true
    // Hebrew points; the punctuation between them separates words.
    case 0x591...0x5BD, 0x5BF, 0x5C1...0x5C2, 0x5C4...0x5C5, 0x5C7: true
    // Arabic vowel points, hamza above and below, and the stroke that only stretches a word.
    case 0x610...0x61A, 0x640, 0x64B...0x65F, 0x670, 0x6D6...0x6DC, 0x6DF...0x6E4, 0x6E7...0x6E8,
      0x6EA...0x6ED:
      true
    default: false
    }
  }
}
