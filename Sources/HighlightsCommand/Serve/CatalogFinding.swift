import HighlightsProtocol
import LookupService
import VideoCatalog

/// The catalogue that is configured, as look-ups ask it.
struct CatalogFinding: VideoFinding {
  let search: any VideoSearch

  func videos(for text: String, locale: String, limit: Int) async throws -> [Video] {
    try await search.videos(for: text, locale: locale, limit: limit)
  }
}
