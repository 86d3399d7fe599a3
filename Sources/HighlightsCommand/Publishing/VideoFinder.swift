import HighlightsProtocol
import VideoCatalog

/// Finds videos for the searches that bring none, in the catalogue that is configured.
struct VideoFinder: Sendable {
  let search: any VideoSearch
  private let count: Int

  /// - Parameter count: The most videos of one search.
  init(_ search: any VideoSearch, count: Int) {
    self.search = search
    self.count = count
  }

  /// Runs `body` with the catalogue open, and closes it after; with nothing where none is configured.
  ///
  /// - Throws: what `body` throws, or why the catalogue cannot be used.
  static func with(
    _ settings: CatalogSettings, _ body: (VideoFinder?) async throws -> Void
  ) async throws {
    guard let search = try settings.open() else { return try await body(nil) }
    let result: Result<Void, any Error>
    do {
      result = .success(try await body(VideoFinder(search, count: settings.videos)))
    } catch {
      result = .failure(error)
    }
    try await search.close()
    try result.get()
  }

  /// The best videos for a search; none when nothing fits.
  func videos(for query: SearchQuery) async throws -> [Video] {
    var ids: Set<String> = []
    let found = try await search.videos(for: query.text, locale: query.locale, limit: count)
    // Two ids of the same characters in different bytes are one id where searches are checked.
    return found.prefix(count).filter { ids.insert($0.id).inserted }
  }
}

extension CatalogSettings {
  /// The catalogue; nothing where none is configured.
  func open() throws -> (any VideoSearch)? {
    if let path { return try SQLiteVideoCatalog(readingFrom: path) }
    if let url { return try HTTPVideoSearch(url: url, key: key.bearerKey(), timeout: timeout) }
    return nil
  }
}

/// The catalogue failed for a search: it is not published without videos as if there were none for it.
struct CatalogFailure: Error, CustomStringConvertible {
  let line: Int
  let cause: any Error

  var description: String {
    "line \(line): neither it nor any line after it was published, as the catalogue failed: \(cause)"
  }
}
