import Foundation
import HighlightStore
import HighlightsProtocol
import Kafka
import KafkaWorker
import Synchronization
import TestSupport
import Testing

@testable import CacheWriter

@Suite("Rebuilding a store", .serialized)
struct StoreRebuildTests {
  @Test("gives the store that a live cache writer made, row by row")
  func equalsLive() async throws {
    try await CacheBench.run { bench in
      try await bench.publishRandomRecords(2_000, seed: 17)
      try await withStore { live, livePath in
        try await bench.writeLive(to: live)
        // The live one published winners again: what is rebuilt from holds them too.
        let expected = try await dump(livePath)
        #expect(expected.count > 100)
        try await withStore { rebuilt, rebuiltPath in
          let said = Collected<RebuildProgress>()
          let progress = try await bench.rebuild(rebuilt, batch: 37) { said.add($0) }
          #expect(try await dump(rebuiltPath) == expected)
          #expect(progress.applied == progress.total && progress.total >= 2_000)
          #expect(Set(progress.topics.keys) == Set(variants.keys))
          #expect(progress.skipped > 0)
          #expect(said.all.first?.applied == 0 && said.all.last == progress)
          #expect(zip(said.all, said.all.dropFirst()).allSatisfy { $0.applied <= $1.applied })
          // Again into the same store changes nothing; from what is applied there is nothing to read.
          try await bench.rebuild(rebuilt)
          #expect(try await dump(rebuiltPath) == expected)
          #expect(try await bench.rebuild(rebuilt, start: .applied).total == 0)
        }
      }
    }
  }

  @Test("goes on from what is applied after it was cancelled, and after the store failed")
  func resumes() async throws {
    try await CacheBench.run { bench in
      try await bench.publishRandomRecords(1_000, seed: 4)
      try await withStore { whole, wholePath in
        try await bench.rebuild(whole)
        try await withStore { store, path in
          let canceller = Mutex<Task<Void, any Error>?>(nil)
          let running = Task {
            try await bench.rebuild(store, batch: 20) { progress in
              if progress.applied > 100 { canceller.withLock { $0?.cancel() } }
            }
            return ()
          }
          canceller.withLock { $0 = running }
          await #expect(throws: CancellationError.self) { try await running.value }

          let calls = Mutex(0)
          let failing = WatchedStore(base: store) { _ in
            let count = calls.withLock {
              $0 += 1
              return $0
            }
            if count == 6 { throw StoreError(.diskFull, path: path) }
          }
          let error = await #expect(throws: RebuildError.self) {
            try await bench.rebuild(failing, start: .applied, batch: 20)
          }
          #expect(error?.description.contains("the disk is full") == true)
          let rest = try await bench.rebuild(store, start: .applied)
          #expect(rest.total < 1_000 && rest.total > 0)
          #expect(try await dump(path) == dump(wholePath))
        }
      }
    }
  }

  @Test("reads only the partitions it is asked for")
  func somePartitions() async throws {
    try await CacheBench.run { bench in
      try await bench.publishRandomRecords(600, seed: 8)
      try await withStore { store, _ in
        let one = TopicPartition(topic: mainTopic, partition: 1)
        try await bench.rebuild(store, partitions: [one])
        #expect(try await Set(store.appliedOffsets(topic: mainTopic).keys) == [1])
        #expect(try await store.appliedOffsets(topic: "search.highlights.b") == [:])
      }
    }
  }

  @Test("ends where records come in faster than it reads")
  func endsWhileOthersWrite() async throws {
    try await CacheBench.run { bench in
      try await bench.publishRandomRecords(300, seed: 9)
      try await withStore { store, _ in
        let busy = WatchedStore(base: store) { _ in
          try await bench.publishRandomRecords(50, seed: 10)
        }
        let progress = try await within(.seconds(60), "the rebuild") {
          try await bench.rebuild(busy, batch: 10)
        }
        #expect(progress.total == 300 && progress.applied == 300)
      }
    }
  }

  @Test("skips what retention deleted, before it began and while it ran")
  func deleted() async throws {
    try await CacheBench.run(partitions: 1) { bench in
      let partition = TopicPartition(topic: mainTopic, partition: 0)
      // The embedded broker keeps about 5 MiB.
      try await bench.publishLarge(14)
      let log = try await bench.log(of: partition)
      #expect(log.lowerBound > 0)
      try await withStore { store, _ in
        let progress = try await within(.seconds(60), "the rebuild") {
          try await bench.rebuild(store, partitions: [partition])
        }
        #expect(progress.total == Int64(log.count))
        #expect(try await store.appliedOffsets(topic: mainTopic) == [0: log.upperBound])
      }
      try await withStore { store, _ in
        let hasBegun = Mutex(false)
        let slow = WatchedStore(base: store) { records in
          // Its first call comes when the ends are known and nothing is read yet.
          guard
            !hasBegun.withLock({
              let was = $0
              $0 = true
              return was
            })
          else { return }
          try await bench.publishLarge(14)
        }
        let progress = try await within(.seconds(60), "the rebuild") {
          try await bench.rebuild(slow, partitions: [partition])
        }
        #expect(progress.applied == progress.total)
        #expect(try await store.appliedOffsets(topic: mainTopic) == [0: log.upperBound])
        #expect(try await store.count() == 0)
      }
    }
  }

  @Test("throws, naming what it waits for, when the broker goes away")
  func brokerGone() async throws {
    try await CacheBench.run { bench in
      try await bench.publishRandomRecords(100, seed: 2)
      try await withStore { store, _ in
        let cut = WatchedStore(base: store) { _ in bench.kafka.shutdown() }
        let error = await #expect(throws: RebuildError.self) {
          try await within(.seconds(60), "the rebuild") {
            try await bench.rebuild(cut, stallAfter: .seconds(1))
          }
        }
        guard case .stalled(let partitions, _) = error else {
          Issue.record("\(String(describing: error))")
          return
        }
        #expect(!partitions.isEmpty)
        #expect(error?.description.contains("search.highlights") == true)
      }
    }
  }

  @Test("names the topic that is missing, and does not have the broker create it")
  func topicMissing() async throws {
    try await CacheBench.run { bench in
      try await withStore { store, _ in
        for _ in 0..<2 {
          let error = await #expect(throws: RebuildError.self) {
            try await StoreRebuild(
              store: store, client: bench.kafka.clientConfiguration, variants: ["nowhere": "c"],
              start: .beginning, logger: quiet
            ).run()
          }
          guard case .topicMissing("nowhere") = error else {
            Issue.record("\(String(describing: error))")
            return
          }
        }
      }
    }
  }

  @Test("tells which partitions of a store are behind what its group committed")
  func behind() async throws {
    try await CacheBench.run { bench in
      try await bench.publishRandomRecords(400, seed: 6)
      try await withStore { live, _ in
        try await bench.writeLive(to: live)
        let topics = variants.keys.sorted()
        func behind(_ store: any HighlightStore) async throws -> [PartitionBehind] {
          try await StoreRebuild.behind(
            store: store, client: bench.kafka.clientConfiguration, groupID: CacheBench.group,
            topics: topics)
        }
        #expect(try await behind(live) == [])
        try await withStore { empty, _ in
          let found = try await behind(empty)
          #expect(found.count == 6)
          #expect(found.allSatisfy { $0.applied == 0 && $0.committed > 0 })
          try await bench.rebuild(
            empty, start: .applied, partitions: Set(found.prefix(2).map(\.partition)))
          #expect(try await behind(empty) == Array(found.dropFirst(2)))
        }
      }
    }
  }
}

@Suite("What a rebuild has still to read")
struct RebuildReadingTests {
  private let first = TopicPartition(topic: "t", partition: 0)
  private let second = TopicPartition(topic: "t", partition: 1)

  @Test("counts offsets that hold no record as passed, and wants nothing beyond the end")
  func gaps() {
    let reading = RebuildReading([first: 10..<20, second: 5..<5])
    #expect(reading.takeMoved() == [PartitionProgress(second, nextOffset: 5)])
    #expect(reading.progress.total == 10)
    #expect(reading.take(first, 14) == (true, false))
    #expect(reading.progress.applied == 5)
    #expect(reading.take(first, 23) == (false, true))
    #expect(reading.progress.applied == 10 && reading.isDone)
    #expect(reading.takeMoved() == [PartitionProgress(first, nextOffset: 20)])
    #expect(reading.take(first, 24) == (false, true))
    #expect(reading.takeMoved() == [])
  }

  @Test("does not wait for what was deleted")
  func deleted() {
    let reading = RebuildReading([first: 0..<20, second: 0..<7])
    reading.deleted(first, before: 0)
    #expect(reading.progress.applied == 0 && reading.takeMoved() == [])
    reading.deleted(first, before: 12)
    #expect(reading.progress.applied == 12 && !reading.isDone)
    reading.deleted(first, before: 90)
    reading.deleted(second, before: 7)
    #expect(reading.isDone && reading.progress.applied == 27)
    #expect(
      Set(reading.takeMoved()) == [
        PartitionProgress(first, nextOffset: 20), PartitionProgress(second, nextOffset: 7),
      ])
  }

  @Test("stalls when messages alone do not come")
  func stalls() {
    let start = ContinuousClock.now
    let reading = RebuildReading([first: 0..<20])
    reading.waits(since: start)
    // Another event came, and the wait goes on.
    reading.waits(since: start + .seconds(5))
    #expect(reading.waitingSince == start)
    #expect(!reading.stalls(since: start, after: .seconds(9), at: start + .seconds(8)))
    reading.waits(since: nil)
    #expect(!reading.stalls(since: start, after: .seconds(9), at: start + .seconds(20)))
    reading.waits(since: start + .seconds(20))
    #expect(
      reading.stalls(since: start + .seconds(20), after: .seconds(9), at: start + .seconds(29)))
    #expect(reading.stalled?[first]?.end == 20)
  }
}
