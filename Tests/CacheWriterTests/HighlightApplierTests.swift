import Foundation
import HighlightStore
import HighlightsProtocol
import Kafka
import KafkaWorker
import Logging
import SwiftProtobuf
import Synchronization
import Testing

@testable import CacheWriter

struct HighlightApplierTests {
  private let path = FileManager.default.temporaryDirectory
    .appendingPathComponent("applier-\(UUID().uuidString).sqlite").path
  private let context = WorkContext(attempt: 0, receivedAt: .now)

  private func record(
    key: String, generatedAt: Double, offset: Int64, text: String = "q", partition: Int32 = 0
  ) throws -> KafkaRecord {
    var highlight = Highlight()
    highlight.key = key
    highlight.queryText = text
    highlight.status = .noAnswer
    highlight.generatedAt = Google_Protobuf_Timestamp(
      date: Date(timeIntervalSince1970: generatedAt))
    return KafkaRecord(
      partition: TopicPartition(topic: "search.highlights", partition: partition), offset: offset,
      key: Array(key.utf8), value: try highlight.serializedBytes())
  }

  private func withApplier(
    _ body: (HighlightApplier, SQLiteHighlightStore, @Sendable () -> Int) async throws -> Void
  ) async throws {
    let store = try SQLiteHighlightStore(path: path)
    let applied = Mutex(0)
    let applier = HighlightApplier(
      store: store, logger: Logger(label: "test"),
      onApplied: { count in applied.withLock { $0 += count } })
    try await body(applier, store, { applied.withLock { $0 } })
    try await store.close()
    try? FileManager.default.removeItem(atPath: path)
  }

  @Test("A batch is in the store, with how far it goes, when the handler returns")
  func appliesBatch() async throws {
    try await withApplier { applier, store, applied in
      let batch = try [
        record(key: "a", generatedAt: 1, offset: 5), record(key: "b", generatedAt: 1, offset: 9),
      ]
      let result = try await applier.handle(batch, context)
      #expect(result.publish.isEmpty && result.ledger().isEmpty)
      #expect(try await store.highlight(forKey: "a") != nil)
      #expect(try await store.appliedOffsets(topic: "search.highlights") == [0: 10])
      #expect(applied() == 2)
    }
  }

  @Test("An older highlight that comes later is refused and the winner is published again")
  func republishesWinner() async throws {
    try await withApplier { applier, store, _ in
      _ = try await applier.handle(
        [record(key: "a", generatedAt: 9, offset: 1, text: "new")], context)
      let older = try record(key: "a", generatedAt: 3, offset: 2, text: "old")
      let result = try await applier.handle([older], context)
      let winner = try #require(result.publish.first)
      #expect(winner.key == Array("a".utf8))
      #expect(try Highlight(serializedBytes: winner.value ?? []).queryText == "new")
      #expect(try await store.highlight(forKey: "a")?.queryText == "new")

      // The winner comes back with a later offset: a tie that ends it.
      var back = try record(key: "a", generatedAt: 9, offset: 3, text: "new")
      back.value = winner.value
      #expect(try await applier.handle([back], context).publish.isEmpty)
    }
  }

  @Test("A record that is no highlight is skipped and the topic goes on")
  func skipsJunk() async throws {
    try await withApplier { applier, store, applied in
      var junk = try record(key: "x", generatedAt: 1, offset: 0)
      junk.value = [0xff, 0xff, 0xff]
      var tombstone = junk
      tombstone.offset = 1
      tombstone.value = nil
      let good = try record(key: "a", generatedAt: 1, offset: 2)
      _ = try await applier.handle([junk, tombstone, good], context)
      #expect(try await store.count() == 1)
      #expect(try await store.appliedOffsets(topic: "search.highlights") == [0: 3])
      #expect(applied() == 3)
    }
  }

  @Test("A store that fails holds the batch: nothing is skipped")
  func holdsOnStoreFailure() async throws {
    let store = try SQLiteHighlightStore(path: path)
    try await store.close()
    let applier = HighlightApplier(store: store, logger: Logger(label: "test"))
    await #expect {
      _ = try await applier.handle([record(key: "a", generatedAt: 1, offset: 0)], context)
    } throws: { ($0 as? WorkFailure)?.verdict == .hold }
    try? FileManager.default.removeItem(atPath: path)
  }
}
