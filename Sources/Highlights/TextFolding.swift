import Foundation

/// The character rules that normalisation, quoting and safety checks share.
///
/// NFKC comes from Foundation and follows the Unicode version of the Foundation the program was
/// built with (15 in Swift 6.3); letter properties come from the standard library. Both are
/// stable: a later version only adds characters that were unassigned before.
enum TextFolding {
  /// Normalization Form KC (Unicode Standard Annex 15).
  static func compatibilityComposed(_ text: String) -> String {
    text.utf8.allSatisfy { $0 < 0x80 } ? text : text.precomposedStringWithCompatibilityMapping
  }

  /// Full, locale-independent case folding (Unicode chapter 3.13, `toCasefold`).
  ///
  /// The standard library has no folding table. Lower-casing the upper case of the lower case is
  /// the same for every character that folding changes, except Cherokee, which folds to upper case.
  static func caseFolded(_ text: String) -> String {
    if text.utf8.allSatisfy({ $0 < 0x80 }) { return text.lowercased() }
    var folded = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      let properties = scalar.properties
      switch scalar.value {
      case _ where !properties.changesWhenCaseFolded:
        folded.append(scalar)
      case 0x13F8...0x13FD, 0xAB70...0xABBF:
        folded.append(contentsOf: properties.uppercaseMapping.unicodeScalars)
      default:
        folded.append(
          contentsOf: properties.lowercaseMapping.uppercased().lowercased().unicodeScalars)
      }
    }
    return String(folded)
  }

  /// Without default-ignorable characters (zero-width spaces, marks of direction, variation
  /// selectors, soft hyphens, tags) and without skin tones of emoji.
  ///
  /// A zero-width joiner or non-joiner stays between letters that are not ASCII, where it is
  /// spelling (Persian, Indic scripts), and a joiner between emoji, where it makes one of two.
  static func withoutInvisible(_ text: String) -> String {
    guard text.unicodeScalars.contains(where: { $0.value >= 0xAD && isInvisible($0) }) else {
      return text
    }
    var visible: [Unicode.Scalar] = []
    var joiner: Unicode.Scalar?
    for scalar in text.unicodeScalars {
      if scalar.properties.isEmojiModifier, visible.last?.properties.isEmojiModifierBase == true {
        continue
      }
      if scalar.value == 0x200C || scalar.value == 0x200D {
        joiner = joiner ?? scalar
      } else if !scalar.properties.isDefaultIgnorableCodePoint {
        if let joiner, let last = visible.last, joins(last, joiner, scalar) {
          visible.append(joiner)
        }
        joiner = nil
        visible.append(scalar)
      }
    }
    var result = String.UnicodeScalarView()
    result.append(contentsOf: visible)
    return String(result)
  }

  private static func isInvisible(_ scalar: Unicode.Scalar) -> Bool {
    scalar.properties.isDefaultIgnorableCodePoint || scalar.properties.isEmojiModifier
  }

  private static func joins(
    _ left: Unicode.Scalar, _ joiner: Unicode.Scalar, _ right: Unicode.Scalar
  ) -> Bool {
    func isLetter(_ scalar: Unicode.Scalar) -> Bool {
      scalar.value >= 0x300
        && (scalar.properties.isAlphabetic
          || scalar.properties.canonicalCombiningClass != .notReordered)
    }
    func isPicture(_ scalar: Unicode.Scalar) -> Bool {
      scalar.value >= 0x200 && scalar.properties.isEmoji
    }
    return isLetter(left) && isLetter(right)
      || joiner.value == 0x200D && isPicture(left) && isPicture(right)
  }

  /// Every run of white space and control characters as one space, none at either end.
  static func spaceCollapsed(_ text: String) -> String {
    if isCollapsed(text) { return text }
    var collapsed = String.UnicodeScalarView()
    var pendingSpace = false
    for scalar in text.unicodeScalars {
      if isSpace(scalar) {
        pendingSpace = !collapsed.isEmpty
      } else {
        if pendingSpace { collapsed.append(" ") }
        pendingSpace = false
        collapsed.append(scalar)
      }
    }
    return String(collapsed)
  }

  /// Printable ASCII with single spaces inside only, as nearly every text is.
  private static func isCollapsed(_ text: String) -> Bool {
    var last: UInt8 = 0x20
    for byte in text.utf8 {
      guard byte >= 0x20, byte < 0x7F, byte != 0x20 || last != 0x20 else { return false }
      last = byte
    }
    return last != 0x20
  }

  /// Every run of line breaks and control characters as one space, so that text stays on its line.
  static func singleLine(_ text: String) -> String {
    guard text.unicodeScalars.contains(where: breaksLine) else { return text }
    var line = String.UnicodeScalarView()
    var inRun = false
    for scalar in text.unicodeScalars {
      let breaks = breaksLine(scalar)
      if !breaks {
        line.append(scalar)
      } else if !inRun {
        line.append(" ")
      }
      inRun = breaks
    }
    return String(line)
  }

  /// White space, or a control character (category Cc).
  static func isSpace(_ scalar: Unicode.Scalar) -> Bool {
    if scalar.value < 0x80 { return scalar.value <= 0x20 || scalar.value == 0x7F }
    return scalar.properties.isWhitespace || scalar.properties.generalCategory == .control
  }

  /// Nothing in it would be seen: only white space, controls and default-ignorable characters.
  static func isBlank(_ text: String) -> Bool {
    text.unicodeScalars.allSatisfy {
      isSpace($0) || $0.properties.isDefaultIgnorableCodePoint
    }
  }

  /// At most `count` code points of text that may come from a stranger, for messages.
  static func bounded(_ text: String, to count: Int = 80) -> String {
    text.unicodeScalars.prefix(count + 1).count <= count
      ? text : String(String.UnicodeScalarView(text.unicodeScalars.prefix(count - 1))) + "…"
  }

  /// The longest start of the text, cut between characters, of at most that many UTF-8 bytes.
  static func prefix(of text: String, utf8Bytes limit: Int) -> String {
    guard text.utf8.count > limit else { return text }
    var end = text.startIndex
    var bytes = 0
    while end < text.endIndex {
      let next = text.index(after: end)
      bytes += text.utf8.distance(from: end, to: next)
      if bytes > limit { break }
      end = next
    }
    return String(text[..<end])
  }

  private static func breaksLine(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0..<0x20, 0x7F..<0xA0, 0x2028, 0x2029: true
    default: false
    }
  }
}
