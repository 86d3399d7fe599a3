import HighlightsProtocol

/// Finds the videos that may answer a search, for searches that bring none.
///
/// A company that ranks videos itself implements this, or answers what ``HTTPVideoSearch`` asks.
public protocol VideoSearch: Sendable {
  /// The videos that fit a search, best first, each with all of its segments; none is a result.
  ///
  /// Their ids are distinct, and ``VideoRejection/check(_:)`` takes each of them.
  ///
  /// - Parameters:
  ///   - text: What the person typed, as typed: it may be of any length and hold anything.
  ///   - locale: BCP 47 language tag of the search; empty where it is not known.
  ///   - limit: The most videos to return.
  func videos(for text: String, locale: String, limit: Int) async throws -> [Video]

  /// Gives up what it holds; later calls throw.
  func close() async throws
}

extension VideoSearch {
  /// Nothing to give up.
  public func close() async throws {}
}
