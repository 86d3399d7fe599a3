import Evaluation
import Foundation
import HighlightsProtocol
import SwiftProtobuf

/// What an evaluation leaves in a folder, for people and for other programs.
struct EvaluationFiles {
  let folder: String

  /// - Throws: What the file system says.
  init(folder: String) throws {
    self.folder = folder
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
  }

  func write(_ report: EvaluationReport, comparison: PairedComparison?) throws {
    try write(report.json(), to: "report.json")
    try write(Data(HTMLReport(report, comparison: comparison).html.utf8), to: "report.html")
  }

  /// `searches.jsonl`, `highlights.jsonl` and `written.jsonl`: what was asked, what is published of
  /// it, and what the model wrote.
  func write(_ searches: [EvaluatedSearch]) throws {
    var asked: [String] = []
    var published: [String] = []
    var written: [String] = []
    for one in searches {
      let id = try Self.json(one.search.queryID)
      asked.append(try one.search.jsonString())
      if case .published(let highlight) = one.ending {
        published.append("{\"id\":\(id),\"highlight\":\(try highlight.jsonString())}")
      }
      guard case .sentences(let sentences) = one.written else { continue }
      let line = Written(id: one.search.queryID, sentences: sentences.map(Written.Sentence.init))
      written.append(try Self.json(line))
    }
    for (name, lines) in [
      ("searches", asked), ("highlights", published), ("written", written),
    ] {
      let text = lines.map { $0 + "\n" }.joined()
      try write(Data(text.utf8), to: "\(name).jsonl")
    }
  }

  private func write(_ data: Data, to name: String) throws {
    try data.write(to: URL(filePath: folder).appending(path: name), options: .atomic)
  }

  private static func json(_ value: some Encodable) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .withoutEscapingSlashes
    return String(decoding: try encoder.encode(value), as: UTF8.self)
  }

  private struct Written: Encodable {
    struct Sentence: Encodable {
      let text: String
      let citations: [Citation]

      init(_ sentence: WrittenSentence) {
        text = sentence.text
        citations = sentence.citations.map {
          Citation(
            videoId: $0.segment?.videoID, segmentIndex: $0.segment?.index, quote: $0.quote)
        }
      }
    }

    struct Citation: Encodable {
      let videoId: String?
      let segmentIndex: Int?
      let quote: String
    }

    let id: String
    let sentences: [Sentence]
  }
}
