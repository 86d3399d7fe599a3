import Foundation
import GRDB
import HighlightsProtocol
import SwiftProtobuf
import TestSupport
import Testing

/// `highlights up` as a process of its own, and what it left behind.
@Suite("up", .serialized, .oneAtATime)
struct UpTests {}

/// A folder with the store and the report of `up` runs.
struct Up: Sendable {
  let folder: URL
  var store: URL { folder.appending(path: "store.sqlite") }

  /// Runs `body` with a folder that is removed after it.
  static func inFolder(_ body: (Up) async throws -> Void) async throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "up-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try await body(Up(folder: folder))
  }

  /// Runs `up` with a simulator that answers fast.
  ///
  /// - Parameter queries: nil for the sample.
  func run(
    _ queries: URL?, _ flags: [String] = [], settings: [String] = [],
    limit: Duration = .seconds(120)
  ) async throws -> HighlightsProcess.Result {
    let fast = ["simulator.latency=1ms", "worker.in_flight=256"]
    return try await HighlightsProcess.run(
      ["up", "--store", store.path, "--report", report.path]
        + (queries.map { ["--queries", $0.path] } ?? []) + flags
        + (fast + settings).flatMap { ["--set", $0] }, limit: limit)
  }

  private var report: URL { folder.appending(path: "report.json") }

  /// The numbers of the report by their keys.
  func numbers() throws -> Report {
    try JSONDecoder().decode(Report.self, from: Data(contentsOf: report))
  }

  /// The report as whoever reads the file sees it.
  struct Report: Decodable {
    let queries, answered, noAnswer, filtered, unchanged, expired, dead: Int
    let llmCalls, inputTokens, outputTokens: Int
    let seconds: Double

    var outcomes: Int { answered + noAnswer + filtered + unchanged + expired + dead }

    enum CodingKeys: String, CodingKey {
      case queries, answered, filtered, unchanged, expired, dead, seconds
      case noAnswer = "no_answer"
      case llmCalls = "llm_calls"
      case inputTokens = "input_tokens"
      case outputTokens = "output_tokens"
    }
  }

  /// Every highlight in the file, read past the store's own code.
  func highlights() throws -> [Highlight] {
    var configuration = Configuration()
    configuration.readonly = true
    let queue = try DatabaseQueue(path: store.path, configuration: configuration)
    return try queue.read { db in
      try Row.fetchAll(db, sql: "SELECT key, payload FROM highlight").map { row in
        let highlight = try Highlight(serializedBytes: row["payload"] as Data)
        #expect(highlight.key == row["key"] as String)
        return highlight
      }
    }
  }
}

/// Data beside the checkout, which the project does not contain.
enum SharedData {
  static let absent: Comment = "needs ../shared/data"

  static func url(_ path: String) -> URL {
    NoidaBroker.repository.appending(path: "../shared/data/\(path)").standardized
  }

  static func has(_ path: String) -> Bool {
    FileManager.default.fileExists(atPath: url(path).path)
  }
}

extension SearchQuery {
  /// The searches of a file of JSON lines.
  static func lines(of file: URL) throws -> [SearchQuery] {
    var options = JSONDecodingOptions()
    options.ignoreUnknownFields = true
    return try Data(contentsOf: file).split(separator: UInt8(ascii: "\n")).map {
      try SearchQuery(jsonUTF8Bytes: $0, options: options)
    }
  }
}
