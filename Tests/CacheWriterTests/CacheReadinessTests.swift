import HighlightStore
import Kafka
import TestSupport
import Testing

@testable import CacheWriter

@Suite("Whether a store is ready")
struct CacheReadinessTests {
  private func log(_ partition: Int32) -> TopicPartition {
    TopicPartition(topic: mainTopic, partition: partition)
  }

  @Test("it is not while the ends are unknown, nor before all partitions are applied up to them")
  func countsUp() {
    let readiness = CacheReadiness(topics: [mainTopic])
    #expect(!readiness.isReady)
    #expect(readiness.troubles == ["the ends of search.highlights are not known yet"])
    readiness.begin([log(0): 0..<10, log(1): 4..<9, log(2): 7..<7])
    #expect(
      readiness.troubles == [
        "the store has applied search.highlights[0] up to 0 of 10",
        "the store has applied search.highlights[1] up to 4 of 9",
      ])
    readiness.applied([
      PartitionProgress(log(0), nextOffset: 6), PartitionProgress(log(1), nextOffset: 9),
      PartitionProgress(log(5), nextOffset: 9),
    ])
    #expect(readiness.troubles == ["the store has applied search.highlights[0] up to 6 of 10"])
    // A batch that comes again does not take it back.
    readiness.applied([PartitionProgress(log(0), nextOffset: 2)])
    #expect(readiness.troubles == ["the store has applied search.highlights[0] up to 6 of 10"])
    readiness.applied([PartitionProgress(log(0), nextOffset: 11)])
    #expect(readiness.isReady && readiness.troubles.isEmpty)
    // What the topic holds later is lag.
    readiness.begin([log(0): 0..<99])
    #expect(readiness.isReady)
  }

  @Test("it names ten partitions and counts the rest")
  func bounded() {
    let readiness = CacheReadiness(topics: [mainTopic])
    readiness.begin(Dictionary(uniqueKeysWithValues: (0..<64).map { (log($0), 0..<1) }))
    #expect(readiness.troubles.count == 11)
    #expect(readiness.troubles.last == "and 54 more partitions")
  }

  @Test("it learns the ends from the broker and from the store what others applied")
  func refreshes() async throws {
    try await CacheBench.run { bench in
      let readiness = CacheReadiness(topics: variants.keys)
      let client = bench.kafka.clientConfiguration
      try await bench.publishRandomRecords(200, seed: 1)
      try await withStore { store, _ in
        try await readiness.refresh(store: store, client: client)
        #expect(readiness.troubles.count == 6)
        try await bench.rebuild(store)
        // Once the ends were read they stay.
        try await bench.publishRandomRecords(200, seed: 2)
        await readiness.follow(store: store, client: client)
        #expect(readiness.isReady)
      }
    }
  }

  @Test("it does not wait for what the broker deleted, and says why it could not ask")
  func deleted() async throws {
    try await CacheBench.run(partitions: 1) { bench in
      let client = bench.kafka.clientConfiguration
      try await withStore { store, _ in
        try await bench.publishLarge(1)
        let readiness = CacheReadiness(topics: [mainTopic])
        try await readiness.refresh(store: store, client: client)
        #expect(!readiness.isReady)
        try await bench.publishLarge(14)
        try await readiness.refresh(store: store, client: client)
        #expect(readiness.isReady)
      }
      try await withStore { store, _ in
        let readiness = CacheReadiness(topics: [mainTopic])
        try await store.close()
        await #expect(throws: StoreError.self) {
          try await readiness.refresh(store: store, client: client)
        }
        #expect(readiness.troubles.contains { $0.contains("is closed") })
      }
    }
  }
}
