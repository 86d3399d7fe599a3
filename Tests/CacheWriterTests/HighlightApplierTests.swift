import Foundation
import HighlightStore
import HighlightsProtocol
import Kafka
import KafkaWorker
import SwiftProtobuf
import TestSupport
import Testing

@testable import CacheWriter

@Suite("What a cache writer does with a batch")
struct HighlightApplierTests {
  private func withApplier(
    _ body: (HighlightApplier, SQLiteHighlightStore, Collected<Int>) async throws -> Void
  ) async throws {
    try await withStore { store, _ in
      let applied = Collected<Int>()
      let applier = HighlightApplier(
        store: store, variants: variants, logger: quiet, onApplied: { applied.add($0) })
      try await body(applier, store, applied)
    }
  }

  private func text(_ message: KafkaProducerMessage?) throws -> String? {
    try message.map { try Highlight(serializedBytes: $0.value ?? []).queryText }
  }

  @Test("is in the store, with how far it goes, when the handler returns")
  func appliesBatch() async throws {
    try await withStore { store, _ in
      let (applied, progress) = (Collected<Int>(), Collected<[PartitionProgress]>())
      let applier = HighlightApplier(
        store: store, variants: variants, logger: quiet, onApplied: { applied.add($0) },
        onProgress: { progress.add($0) })
      let batch = [try record("a", offset: 5), try record("b", offset: 9)]
      let result = try await applier.handle(batch, context)
      #expect(result.publish.isEmpty && result.ledger().isEmpty)
      #expect(try await store.highlight(forKey: "a") != nil)
      #expect(try await store.appliedOffsets(topic: mainTopic) == [0: 10])
      #expect(applied.all == [2])
      #expect(
        progress.all == [[PartitionProgress(topic: mainTopic, partition: 0, nextOffset: 10)]])
    }
  }

  @Test("puts each topic's highlights into its own variant, and holds those of any other topic")
  func separatesVariants() async throws {
    try await withApplier { applier, store, _ in
      _ = try await applier.handle([record("a", at: 1)], context)
      _ = try await applier.handle([record("a", at: 2, topic: "search.highlights.b")], context)
      #expect(try await store.highlight(forKey: "a")?.queryText == "1 0")
      #expect(try await store.highlight(forKey: "a", variant: "b")?.queryText == "2 0")
      let failure = await #expect(throws: WorkFailure.self) {
        try await applier.handle([record("a", at: 9, topic: "search.highlights.c")], context)
      }
      #expect(failure?.verdict == .hold)
      #expect(failure?.detail.contains("search.highlights.c") == true)
      #expect(try await store.appliedOffsets(topic: "search.highlights.c") == [:])
    }
  }

  @Test("refuses an older highlight that comes later and publishes the winner again")
  func republishesWinner() async throws {
    try await withApplier { applier, store, _ in
      _ = try await applier.handle([record(at: 9, offset: 1)], context)
      let result = try await applier.handle([record(at: 3, offset: 2)], context)
      #expect(result.publish.map(\.key) == [Array("k".utf8)])
      #expect(try text(result.publish.first) == "9 1")
      #expect(try await store.highlight(forKey: "k")?.queryText == "9 1")

      // The winner comes back with a later offset: a tie that ends it.
      var back = try record(at: 9, offset: 3)
      back.value = result.publish.first?.value
      #expect(try await applier.handle([back], context).publish.isEmpty)
    }
  }

  @Test("writes the newest highlight of each key alone")
  func writesNewestOnly() async throws {
    try await withStore { store, _ in
      let writes = Collected<[HighlightRecord]>()
      let counting = WatchedStore(base: store) { writes.add($0) }
      let applier = HighlightApplier(store: counting, variants: variants, logger: quiet)
      let batch = try (0..<300).map { index in
        try record("k\(index % 10)", at: Int64((index * 7) % 300), offset: Int64(index))
      }
      _ = try await applier.handle(batch, context)
      let written = writes.all.flatMap { $0 }
      #expect(writes.all.count == 1)
      #expect(Set(written.map(\.key)).count == 10 && written.count == 10)
      #expect(try await store.count() == 10)
      #expect(try await store.appliedOffsets(topic: mainTopic) == [0: 300])
    }
  }

  @Test("publishes a winner within the batch once, however many older ones came behind it")
  func republishesOnce() async throws {
    try await withApplier { applier, store, _ in
      let batch = try [(50, 0), (90, 1), (10, 2), (20, 3), (30, 4)].map { at, offset in
        try record(at: at, offset: offset)
      }
      let result = try await applier.handle(batch + [record("other", offset: 5)], context)
      #expect(result.publish.count == 1)
      #expect(try text(result.publish.first) == "90 1")
      #expect(try await store.highlight(forKey: "k")?.queryText == "90 1")
    }
  }

  @Test("publishes the stored winner once when all of a key's records in the batch are older")
  func republishesStored() async throws {
    try await withApplier { applier, _, _ in
      _ = try await applier.handle([record(at: 99, offset: 1)], context)
      let result = try await applier.handle(
        [record(at: 5, offset: 2), record(at: 7, offset: 3), record(at: 6, offset: 4)], context)
      #expect(result.publish.count == 1)
      #expect(try text(result.publish.first) == "99 1")
    }
  }

  @Test("publishes nothing where the winner is the last of its key, or stands in another partition")
  func leavesCompactionToIt() async throws {
    try await withApplier { applier, _, _ in
      let rising = try await applier.handle(
        [record(at: 5, offset: 2), record(at: 7, offset: 3)], context)
      #expect(rising.publish.isEmpty)
      _ = try await applier.handle([record("moved", at: 50, offset: 4, partition: 1)], context)
      let refused = try await applier.handle([record("moved", at: 1, offset: 9)], context)
      #expect(refused.publish.isEmpty)
    }
  }

  @Test("lets a withdrawal through that is older than what follows, and what lifts it")
  func withdrawals() async throws {
    try await withApplier { applier, store, _ in
      let late = try await applier.handle(
        [
          record(at: 9, offset: 1), record(at: 5, offset: 2, status: .withdrawn),
          record(at: 20, offset: 3),
        ], context)
      #expect(try await store.highlight(forKey: "k")?.status == .withdrawn)
      // Compaction would keep the late one and forget the withdrawal.
      #expect(try text(late.publish.first) == "5 2")
      _ = try await applier.handle(
        [record(at: 6, offset: 4, epoch: 2), record(at: 30, offset: 5)], context)
      #expect(try await store.highlight(forKey: "k")?.queryText == "6 4")
    }
  }

  @Test("skips a record that is no highlight, and the topic goes on")
  func skipsJunk() async throws {
    try await withApplier { applier, store, applied in
      var junk = try record("x")
      junk.value = [0xff, 0xff, 0xff]
      var tombstone = try record("x", offset: 1)
      tombstone.value = nil
      _ = try await applier.handle([junk, tombstone, record("a", offset: 2)], context)
      #expect(try await store.count() == 1)
      #expect(try await store.appliedOffsets(topic: mainTopic) == [0: 3])
      #expect(applied.all == [3])
    }
  }

  @Test("takes highlights in JSON, and keeps binary ones byte by byte")
  func formats() async throws {
    try await withApplier { applier, store, _ in
      let highlight = makeHighlight("j", at: 3, status: .noAnswer, text: "json")
      let json = KafkaRecord(
        partition: TopicPartition(topic: mainTopic, partition: 0), offset: 0, key: Array("j".utf8),
        value: try highlight.jsonUTF8Bytes(),
        headers: [KafkaHeader(HeaderName.contentType, "application/json")])
      var binary = try record("b", at: 9, offset: 1)
      // A field of a later version of the message.
      binary.value = (binary.value ?? []) + [0xF8, 0x07, 0x01]
      let older = try record("b", at: 1, offset: 2)
      let result = try await applier.handle([json, binary, older], context)
      #expect(try await store.highlight(forKey: "j") == highlight)
      #expect(result.publish.first?.value == binary.value)
    }
  }

  @Test("ends as one record at a time does, whatever the batches")
  func anyBatches() async throws {
    var generator = SeededGenerator(seed: 3)
    let records = try (0..<2_000).map { offset in
      let epoch = UInt32(generator.oneIn(8) ? generator.below(4) : 0)
      return try record(
        "k\(generator.below(40))", at: Int64(generator.below(60)), offset: Int64(offset),
        status: epoch.isMultiple(of: 2) ? .noAnswer : .withdrawn, epoch: epoch,
        citing: ["v\(generator.below(9))"])
    }
    try await withStore { single, singlePath in
      try await withStore { batched, batchedPath in
        let one = HighlightApplier(store: single, variants: variants, logger: quiet)
        let many = HighlightApplier(store: batched, variants: variants, logger: quiet)
        for record in records { _ = try await one.handle([record], context) }
        var rest = records[...]
        while !rest.isEmpty {
          let batch = rest.prefix(1 + generator.below(60))
          rest = rest.dropFirst(batch.count)
          _ = try await many.handle(Array(batch), context)
        }
        #expect(try await dump(singlePath) == dump(batchedPath))
      }
    }
  }
}
