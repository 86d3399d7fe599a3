import Foundation

/// A text as quotes are compared: NFKC, each run of white space and controls as one space.
///
/// Written apart from the rules that highlights are verified by, so that a fault there shows here.
struct FoldedText: Hashable {
  let scalars: [Unicode.Scalar]

  init(_ text: String) {
    var scalars: [Unicode.Scalar] = []
    for scalar in text.precomposedStringWithCompatibilityMapping.unicodeScalars {
      let isSpace =
        scalar.properties.isWhitespace || scalar.properties.generalCategory == .control
      if !isSpace {
        scalars.append(scalar)
      } else if let last = scalars.last, last != " " {
        scalars.append(" ")
      }
    }
    if scalars.last == " " { scalars.removeLast() }
    self.scalars = scalars
  }

  /// Whether `other` stands in it; nothing stands in any text.
  func contains(_ other: FoldedText) -> Bool {
    guard let first = other.scalars.first, other.scalars.count <= scalars.count else {
      return false
    }
    return (0...(scalars.count - other.scalars.count)).contains { start in
      scalars[start] == first
        && scalars[start..<(start + other.scalars.count)].elementsEqual(other.scalars)
    }
  }
}
