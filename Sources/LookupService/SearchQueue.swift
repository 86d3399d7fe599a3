import HighlightsProtocol

/// Takes searches to the workers.
public protocol SearchQueue: Sendable {
  /// Publishes one search and returns once it will not be lost; its id is set already.
  func publish(_ query: SearchQuery) async throws
}

/// Finds the videos that may answer a search.
public protocol VideoFinding: Sendable {
  /// The videos that fit, best first, each with all of its segments; none is a result.
  ///
  /// - Parameters:
  ///   - text: What the person typed: it may hold anything.
  ///   - locale: BCP 47 language tag of the search; empty where it is not known.
  ///   - limit: The most videos to return.
  func videos(for text: String, locale: String, limit: Int) async throws -> [Video]
}
