import Foundation
import GRDB
import HighlightStore
import HighlightsProtocol
import Kafka
import KafkaWorker
import Logging
import SwiftProtobuf
import Synchronization
import TestSupport

let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
let context = WorkContext(attempt: 0, receivedAt: .now)
let mainTopic = "search.highlights"
let variants = [mainTopic: "", "search.highlights.b": "b"]

/// A record of a highlights topic; the text says which one it is.
func record(
  _ key: String = "k", at seconds: Int64 = 100, offset: Int64 = 0, partition: Int32 = 0,
  topic: String = mainTopic, status: Highlight.Status = .noAnswer, epoch: UInt32 = 0,
  citing: [String] = []
) throws -> KafkaRecord {
  let highlight = makeHighlight(
    key, at: seconds, status: status, epoch: epoch, text: "\(seconds) \(offset)", citing: citing)
  return KafkaRecord(
    partition: TopicPartition(topic: topic, partition: partition), offset: offset,
    key: Array(key.utf8), value: try highlight.serializedBytes())
}

func makeHighlight(
  _ key: String, at seconds: Int64, status: Highlight.Status, epoch: UInt32 = 0, text: String,
  citing: [String] = []
) -> Highlight {
  var highlight = Highlight()
  highlight.key = key
  highlight.queryText = text
  highlight.status = status
  highlight.generatedAt = Google_Protobuf_Timestamp(seconds: seconds)
  highlight.withdrawalEpoch = epoch
  highlight.videos = citing.map { id in
    var card = VideoCard()
    card.id = id
    return card
  }
  return highlight
}

func withTemporaryFolder<Value>(_ body: (String) async throws -> Value) async throws -> Value {
  let folder = FileManager.default.temporaryDirectory
    .appendingPathComponent("cache-writer-\(UUID().uuidString)")
  try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: folder) }
  return try await body(folder.path)
}

/// Runs a test on an empty store.
func withStore(
  _ body: (_ store: SQLiteHighlightStore, _ path: String) async throws -> Void
) async throws {
  try await withTemporaryFolder { folder in
    let path = folder + "/h.sqlite"
    let store = try SQLiteHighlightStore(path: path)
    try await body(store, path)
    // The test may have closed it.
    try? await store.close()
  }
}

/// All that a store's file holds, a line a row, but for the numbers that rows have by chance.
func dump(_ path: String) async throws -> [String] {
  var configuration = Configuration()
  configuration.readonly = true
  let queue = try DatabaseQueue(path: path, configuration: configuration)
  defer { try? queue.close() }
  return try await queue.read { db in
    let queries = [
      """
      SELECT key, variant, withdrawal_epoch, generated_at, expires_at, topic, partition, "offset",
        hex(payload)
      FROM highlight ORDER BY key, variant
      """,
      """
      SELECT hex(video), key, variant FROM cited_video JOIN highlight ON id = highlight
      ORDER BY video, key, variant
      """,
      "SELECT topic, partition, next_offset FROM applied_offset ORDER BY topic, partition",
      "SELECT count(*) FROM cited_video",
    ]
    return try queries.flatMap { sql in
      try Row.fetchAll(db, sql: sql).map { "\(Array($0.databaseValues))" }
    }
  }
}

/// A store before which a test puts something.
struct WatchedStore: HighlightStore {
  let base: any HighlightStore
  var beforeApply: @Sendable (_ records: [HighlightRecord]) async throws -> Void

  func apply(
    _ records: [HighlightRecord], progress: [PartitionProgress]
  ) async throws -> [ApplyResult] {
    try await beforeApply(records)
    return try await base.apply(records, progress: progress)
  }

  func highlight(forKey key: String, variant: String) async throws -> Highlight? {
    try await base.highlight(forKey: key, variant: variant)
  }

  func highlights(forKeys keys: [String], variant: String) async throws -> [String: Highlight] {
    try await base.highlights(forKeys: keys, variant: variant)
  }

  func keys(citing videoID: String, variant: String) async throws -> [String] {
    try await base.keys(citing: videoID, variant: variant)
  }

  func appliedOffsets(topic: String) async throws -> [Int32: Int64] {
    try await base.appliedOffsets(topic: topic)
  }

  func count() async throws -> Int { try await base.count() }
  func close() async throws { try await base.close() }
}

/// Something that a test collects from many tasks.
final class Collected<Element: Sendable>: Sendable {
  private let elements = Mutex<[Element]>([])
  var all: [Element] { elements.withLock { $0 } }
  func add(_ element: Element) { elements.withLock { $0.append(element) } }
}
