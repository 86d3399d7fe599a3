import Foundation
import Highlights
import HighlightsProtocol
import Testing

/// Whether highlights say nothing that does not stand in the videos of their searches.
struct UpCitations {
  private let searches: [String: [SearchQuery]]

  /// Distinct highlight keys of the searches that can be read.
  var keys: Set<String> { Set(searches.keys) }

  init(_ queries: [SearchQuery]) {
    var searches: [String: [SearchQuery]] = [:]
    for query in queries {
      guard let search = try? Search(query, fallbackID: "?") else { continue }
      searches[search.key.description, default: []].append(query)
    }
    self.searches = searches
  }

  /// Expects each highlight to be of one of the searches, and each sentence to cite its videos verbatim.
  ///
  /// - Returns: How many citations were looked at.
  func check(_ highlights: [Highlight]) -> Int {
    var count = 0
    for highlight in highlights {
      guard let candidates = searches[highlight.key] else {
        Issue.record("no search has the key of “\(highlight.queryText)”")
        continue
      }
      let citations = highlight.sentences.flatMap(\.citations)
      count += citations.count
      #expect((highlight.status == .answered) == !highlight.sentences.isEmpty)
      #expect(highlight.sentences.count <= 4)
      #expect(highlight.sentences.allSatisfy { !$0.text.isEmpty && !$0.citations.isEmpty })
      #expect(
        candidates.contains { query in citations.allSatisfy { stands($0, in: query) } },
        "“\(highlight.queryText)” cites what does not stand in its videos: \(citations)")
      #expect(
        citations.allSatisfy { cited in highlight.videos.contains { $0.id == cited.videoID } })
    }
    return count
  }

  private func stands(_ citation: Citation, in query: SearchQuery) -> Bool {
    guard let video = query.videos.first(where: { $0.id == citation.videoID }),
      video.segments.indices.contains(Int(citation.segmentIndex))
    else { return false }
    let segment = video.segments[Int(citation.segmentIndex)]
    return !citation.quote.isEmpty
      && Data(segment.text.utf8).range(of: Data(citation.quote.utf8)) != nil
      && segment.startMs == citation.startMs && segment.endMs == citation.endMs
  }
}
