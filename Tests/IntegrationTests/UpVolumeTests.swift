import Foundation
import HighlightsProtocol
import TestSupport
import Testing

extension UpTests {
  /// 100 MB, twenty times what one partition of the embedded broker keeps.
  @Test("loses none of 20,000 searches of 5 KB in its broker, which drops what it has no room for")
  func volume() async throws {
    let count = 20_000
    try await Up.inFolder { up in
      let file = up.folder.appending(path: "many.jsonl")
      try write(count, to: file)
      let result = try await up.run(
        file, ["--quiet"], settings: ["simulator.mode=fixed", "simulator.latency=0s"],
        limit: .seconds(300))
      #expect(result.end == .exited(0), "\(result)")
      #expect(!result.errors.contains("LOST"))
      let report = try up.numbers()
      #expect(report.queries == count)
      #expect(report.noAnswer == count)
      #expect(report.llmCalls == count)
      #expect(try Set(up.highlights().map(\.key)).count == count)
    }
  }

  private func write(_ count: Int, to url: URL) throws {
    try Data().write(to: url)
    let file = try FileHandle(forWritingTo: url)
    defer { try? file.close() }
    let words = String(repeating: "tuck one corner into the other ", count: 40)
    let segments = (0..<4).map { segment in
      #"{"startMs": \#(segment * 1_000), "endMs": \#((segment + 1) * 1_000), "text": "\#(words)"}"#
    }.joined(separator: ", ")
    for start in stride(from: 0, to: count, by: 500) {
      let lines = (start..<start + 500).map { number in
        #"{"queryId": "q-\#(number)", "text": "search number \#(number)", "locale": "en", "#
          + #""videos": [{"id": "v-\#(number)", "segments": [\#(segments)]}]}"# + "\n"
      }
      try file.write(contentsOf: Data(lines.joined().utf8))
    }
  }
}
