import Foundation
import HighlightsProtocol
import SwiftProtobuf
import Testing

@testable import LookupService

/// Real data beside the checkout, which the project does not contain.
private enum SharedData {
  static let strings = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: "../shared/data/hostile/strings.jsonl").standardized

  static var hasStrings: Bool { FileManager.default.fileExists(atPath: strings.path) }

  /// The "text" of every line.
  static func texts() throws -> [String] {
    struct Line: Decodable { let text: String }
    return try Data(contentsOf: strings).split(separator: UInt8(ascii: "\n"))
      .map { try JSONDecoder().decode(Line.self, from: Data($0)).text }
  }
}

@Suite("Hostile text")
struct HostileTextTests {
  @Test(
    "whatever is searched for is queued or refused, and whatever a highlight says comes as JSON",
    .enabled(if: SharedData.hasStrings, "shared/data/hostile is not beside this checkout"))
  func strings() async throws {
    let bench = Bench {
      $0.limits.client = Rate(perMinute: 1e6, burst: 1e6)
      $0.limits.newKeys = Rate(perMinute: 1e6, burst: 1e6)
    }
    let texts = try SharedData.texts()
    #expect(texts.count > 400)
    var said = try highlight()
    said.sentences = texts.map { text in
      Sentence.with { $0.text = text }
    }
    said.label = "</script><script>alert(1)</script>"
    bench.store.put(said)
    try await bench.serve { client, _ in
      for text in texts {
        let query = text.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? ""
        let reply = try await client.get("/v1/highlights?q=\(query)")
        #expect([202, 400].contains(reply.status), "\(reply.status) for \(text)")
        let raw = try await client.post(try SearchQuery.with { $0.text = text }.jsonString())
        #expect([202, 400].contains(raw.status), "\(raw.status) for \(text)")
      }
      let reply = try await client.get("/v1/highlights?q=ramen")
      #expect(try Highlight(jsonString: reply.body) == said)
      #expect(reply.header("content-type") == "application/json")
      #expect(reply.header("x-content-type-options") == "nosniff")
      let stream = try await client.get("/v1/highlights/stream?q=ramen")
      // No line of a text can end an event or begin another.
      #expect(stream.body.split(separator: "\n", omittingEmptySubsequences: false).count == 4)
    }
  }
}
