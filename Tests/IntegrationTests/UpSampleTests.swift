import Foundation
import HighlightsProtocol
import SwiftProtobuf
import TestSupport
import Testing

extension UpTests {
  @Test("answers the sample, and prints each highlight as JSON")
  func sample() async throws {
    try await Up.inFolder { up in
      let result = try await up.run(nil, ["--json"])
      #expect(result.end == .exited(0), "\(result)")
      let report = try up.numbers()
      #expect(report.queries == 28)
      #expect(report.outcomes == 28)
      #expect(report.answered + report.unchanged == 22)
      #expect((report.noAnswer, report.unchanged, report.dead) == (6, 1, 0))
      #expect(report.llmCalls == 27)
      #expect(report.seconds > 0)

      let printed = try result.output.split(separator: "\n").map {
        try Highlight(jsonString: String($0))
      }
      #expect(printed.count == 27)
      let stored = try up.highlights()
      #expect(Set(printed.map(\.key)) == Set(stored.map(\.key)))
      let queries = try SearchQuery.lines(
        of: NoidaBroker.repository.appending(path: "Config/samples/searches.jsonl"))
      #expect(UpCitations(queries).check(stored) >= 21)
      #expect(stored.allSatisfy { $0.label.contains("not a language model") })
    }
  }

  @Test("into a store of an earlier run replaces what it holds")
  func again() async throws {
    try await Up.inFolder { up in
      let first = try await up.run(nil, ["--quiet"])
      #expect(first.end == .exited(0), "\(first)")
      #expect(first.output.isEmpty)
      let old = try up.highlights()
      let second = try await up.run(nil, ["--quiet"])
      #expect(second.end == .exited(0), "\(second)")
      let new = try up.highlights()
      #expect(Set(new.map(\.key)) == Set(old.map(\.key)))
      let times = Dictionary(
        uniqueKeysWithValues: old.map { ($0.key, UnixTime($0.generatedAt)) })
      #expect(
        new.allSatisfy { UnixTime($0.generatedAt) > times[$0.key] ?? .latest },
        "\(second)")
    }
  }

  @Test("of a file that cannot be read fails and names it")
  func unreadable() async throws {
    try await Up.inFolder { up in
      for file in [up.folder, up.folder.appending(path: "missing.jsonl")] {
        let result = try await up.run(file)
        #expect(result.end == .exited(1), "\(result)")
        #expect(result.errors.contains("\(file.path) cannot be read"), "\(result)")
      }
    }
  }

  @Test("of a file with one id twice ends, fails and names the line")
  func repeatedID() async throws {
    try await Up.inFolder { up in
      let file = up.folder.appending(path: "twice.jsonl")
      let line = #"{"queryId": "q-1", "text": "sheets"}"#
      try Data("\(line)\n\n\(line)\n".utf8).write(to: file)
      let result = try await up.run(file)
      #expect(result.end == .exited(1), "\(result)")
      #expect(result.errors.contains("line 3: query_id \"q-1\""), "\(result)")
    }
  }
}
