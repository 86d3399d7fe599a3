/// A search text in the form under which equal searches meet.
///
/// Normalization Form KC, full case folding without locale tailoring, without what cannot be seen
/// (see ``TextFolding/withoutInvisible(_:)``), then every run of white space and control characters
/// as one space and none at the ends; repeated until nothing changes, so normalising twice gives
/// the same. In Python the first two are `unicodedata.normalize("NFKC", s)` and `str.casefold()`,
/// so a producer in another language can compute the record key.
///
/// Punctuation and emoji count, as they can be all that tells two searches apart; how an emoji is
/// drawn (text or picture, skin tone) does not. No two searches are one because they mean the same.
public struct NormalizedText: Sendable, Hashable, CustomStringConvertible {
  /// Not empty; at most 18 times the code points of what was typed, the most NFKC can grow it.
  public let description: String

  /// Code points a text may have unless told otherwise.
  public static let defaultLimit = 1_000

  /// - Parameter limit: Code points allowed in the text as typed, white space at its ends not
  ///   counted.
  /// - Throws: ``NormalizedTextError``.
  public init(_ text: String, limit: Int = defaultLimit) throws(NormalizedTextError) {
    let trimmed = Self.trimmed(text)
    guard !TextFolding.isBlank(String(trimmed)) else { throw .empty }
    let count = trimmed.count
    guard count <= limit else { throw .tooLong(count: count, allowed: limit) }
    var current = String(trimmed)
    // Collapsing spaces can bring together what composes, so one round is not always a fixed point;
    // the bound guards against a loop.
    for _ in 0..<4 {
      let next = Self.round(current)
      if next.unicodeScalars.elementsEqual(current.unicodeScalars) { break }
      current = next
    }
    guard !current.isEmpty else { throw .empty }
    description = current
  }

  private static func round(_ text: String) -> String {
    let composed = TextFolding.compatibilityComposed(text)
    let folded = TextFolding.compatibilityComposed(TextFolding.caseFolded(composed))
    return TextFolding.spaceCollapsed(TextFolding.withoutInvisible(folded))
  }

  private static func trimmed(_ text: String) -> Substring.UnicodeScalarView {
    var scalars = Substring(text).unicodeScalars
    while let first = scalars.first, TextFolding.isSpace(first) { scalars.removeFirst() }
    while let last = scalars.last, TextFolding.isSpace(last) { scalars.removeLast() }
    return scalars
  }
}

/// Why a text cannot be searched for.
public enum NormalizedTextError: Error, Sendable, Hashable, CustomStringConvertible {
  /// It holds nothing that can be seen.
  case empty
  /// Lengths in Unicode code points.
  case tooLong(count: Int, allowed: Int)

  public var description: String {
    switch self {
    case .empty: "the search text is empty; send at least one visible character"
    case .tooLong(let count, let allowed):
      "the search text has \(count) characters; at most \(allowed) are allowed"
    }
  }
}
