import Foundation
import GRDB
import HighlightsProtocol
import Kafka
import KafkaWorker
import Synchronization
import Testing

@testable import CacheWriter
@testable import HighlightStore

@Suite("A cache writer whose store fails")
struct StoreTroubleTests {
  private func applier(_ store: any HighlightStore) -> HighlightApplier {
    HighlightApplier(store: store, variants: variants, logger: quiet)
  }

  @Test("holds the batch while the store is closed: nothing is skipped")
  func closed() async throws {
    try await withTemporaryFolder { folder in
      let store = try SQLiteHighlightStore(path: folder + "/h.sqlite")
      try await store.close()
      let failure = await #expect(throws: WorkFailure.self) {
        try await applier(store).handle([record("a")], context)
      }
      #expect(failure?.verdict == .hold && failure?.reason == "store_unavailable")
    }
  }

  @Test("holds the batch while the disk is full, and writes all of it once there is room")
  func fullDisk() async throws {
    try await withTemporaryFolder { folder in
      let path = folder + "/h.sqlite"
      let store = try SQLiteHighlightStore(
        path: path, now: SQLiteHighlightStore.wallClock,
        prepare: { try $0.execute(sql: "PRAGMA max_page_count = 40") })
      _ = try await applier(store).handle([record("first")], context)
      let batch = try (0..<3_000).map { try record("k\($0)", offset: Int64($0) + 1) }
      for _ in 0..<2 {
        let failure = await #expect(throws: WorkFailure.self) {
          try await applier(store).handle(batch, context)
        }
        #expect(failure?.verdict == .hold && failure?.reason == "store_disk_full")
        #expect(failure?.detail.contains(path) == true)
        #expect(failure?.detail.contains("make room") == true)
        #expect(try await store.count() == 1)
        #expect(try await store.appliedOffsets(topic: mainTopic) == [0: 1])
      }
      try await store.pool.write { try $0.execute(sql: "PRAGMA max_page_count = 100000") }
      _ = try await applier(store).handle(batch, context)
      #expect(try await store.count() == 3_001)
      #expect(try await store.appliedOffsets(topic: mainTopic) == [0: 3_001])
      try await store.close()
    }
  }

  @Test("holds the batch while the file is damaged, and a new file is rebuilt from the topic")
  func damagedFile() async throws {
    let kafka = try EmbeddedKafka(logger: quiet)
    defer { kafka.shutdown() }
    try kafka.createTopic(mainTopic, partitions: 1)
    let records = try (0..<800).map { try record("k\($0)", offset: Int64($0)) }
    let producer = try KafkaProducer(configuration: .init(client: kafka.clientConfiguration))
    try await producer.send(
      records.map {
        KafkaProducerMessage(topic: mainTopic, partition: 0, key: $0.key, value: $0.value)
      })
    await producer.shutdown()

    try await withTemporaryFolder { folder in
      let path = folder + "/h.sqlite"
      let first = try SQLiteHighlightStore(path: path)
      _ = try await applier(first).handle(Array(records.prefix(600)), context)
      try await first.close()
      var bytes = try Data(contentsOf: URL(fileURLWithPath: path))
      try #require(bytes.count > 32_768)
      // The schema stays readable.
      for index in bytes.indices.dropFirst(16_384) { bytes[index] = 0xA5 }
      try bytes.write(to: URL(fileURLWithPath: path))

      let damaged = try SQLiteHighlightStore(path: path)
      let failure = await #expect(throws: WorkFailure.self) {
        try await applier(damaged).handle(Array(records.suffix(200)), context)
      }
      #expect(failure?.verdict == .hold && failure?.reason == "store_corrupt")
      #expect(failure?.detail.contains("move it away") == true)
      try? await damaged.close()

      // As told: moved away, and rebuilt. The group had committed what the damaged file had applied.
      for name in ["", "-wal", "-shm"] {
        try? FileManager.default.removeItem(atPath: path + name)
      }
      let fresh = try SQLiteHighlightStore(path: path)
      let partition = TopicPartition(topic: mainTopic, partition: 0)
      let behind = try await StoreRebuild.behind(
        store: fresh, committed: [CommittedOffset(partition: partition, offset: 600)])
      #expect(behind == [PartitionBehind(partition: partition, applied: 0, committed: 600)])
      try await StoreRebuild(
        store: fresh, client: kafka.clientConfiguration,
        variants: variants.filter { $0.value == "" },
        start: .applied, partitions: Set(behind.map(\.partition)), logger: quiet
      ).run()
      #expect(try await fresh.count() == 800)
      try await fresh.close()
    }
  }
}
