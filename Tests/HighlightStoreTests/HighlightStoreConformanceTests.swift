import Foundation
import HighlightStore
import HighlightsProtocol
import SwiftProtobuf
import Synchronization
import TestSupport
import Testing

/// What every store does.
@Suite("Every highlight store")
struct HighlightStoreConformanceTests {
  @Test("gives back what was applied, by key and variant", arguments: StoreKind.installed)
  func readsBack(kind: StoreKind) async throws {
    try await kind.withStore { store, _ in
      let main = try record("a", at: 1)
      let other = try record("a", at: 2, topic: "search.highlights.b", variant: "b")
      #expect(try await store.apply([main, other]) == [.stored, .stored])

      #expect(try await store.highlight(forKey: "a") == Highlight(serializedBytes: main.payload))
      #expect(
        try await store.highlight(forKey: "a", variant: "b")
          == Highlight(serializedBytes: other.payload))
      #expect(try await store.highlight(forKey: "b") == nil)
      #expect(try await store.count() == 2)
    }
  }

  @Test("reads many keys at once and leaves unknown ones out", arguments: StoreKind.installed)
  func readsBatches(kind: StoreKind) async throws {
    try await kind.withStore { store, _ in
      _ = try await store.apply((0..<100).map { try record("k\($0)", offset: Int64($0)) })
      let found = try await store.highlights(forKeys: ["k7", "k99", "k100", "k7"])
      #expect(found.mapValues(\.queryText) == ["k7": "100 0 7", "k99": "100 0 99"])
    }
  }

  @Test("keeps the newer record and says what refused the older", arguments: StoreKind.installed)
  func newerWins(kind: StoreKind) async throws {
    try await kind.withStore { store, _ in
      let newer = try record(at: 200, offset: 1)
      #expect(try await store.apply([newer]) == [.stored])
      #expect(try await store.apply([record(at: 199, offset: 2)]) == [.refused(by: newer)])
      #expect(try await store.highlight(forKey: "k")?.queryText == "200 0 1")
    }
  }

  @Test("keeps the later offset of two from the same time", arguments: StoreKind.installed)
  func tiesByOffset(kind: StoreKind) async throws {
    try await kind.withStore { store, _ in
      let later = try record(offset: 9)
      #expect(
        try await store.apply([record(offset: 8), later, record(offset: 7)])
          == [.stored, .stored, .refused(by: later)])
      #expect(try await store.highlight(forKey: "k")?.queryText == "100 0 9")
    }
  }

  @Test("decides as the rule does, whatever the two versions", arguments: StoreKind.installed)
  func followsPrecedence(kind: StoreKind) async throws {
    // Neighbours beyond 2^53 are one number to a double; letters are ordered otherwise by some locales.
    let large: Int64 = 1 << 53
    let times: [Int64] = [-62_135_596_800, -1, 0, 1, 253_402_300_799]
    let offsets: [Int64] = [0, 255, 256, large, large + 1, .max - 1]
    let topics = ["B", "a", "a-b", "a.b", "a_b", "ab"]
    var generator = SeededGenerator(seed: 7)
    func one(_ key: Int) throws -> HighlightRecord {
      try record(
        "k\(key)", at: times[generator.oneIn(2) ? 2 : generator.below(times.count)],
        offset: offsets[generator.oneIn(2) ? 4 : generator.below(offsets.count)],
        partition: [0, 1, .max][generator.below(3)], topic: topics[generator.below(topics.count)],
        status: generator.oneIn(4) ? .withdrawn : .answered,
        epoch: [0, 0, 0, 2, 255, 256, 1 << 31][generator.below(7)])
    }
    let stored = try (0..<3_000).map { try one($0) }
    let incoming = try (0..<3_000).map { try one($0) }
    try await kind.withStore { store, _ in
      _ = try await store.apply(stored, progress: [])
      let results = try await store.apply(incoming, progress: [])
      for (index, result) in results.enumerated() {
        let (old, new) = (stored[index], incoming[index])
        let loses = Precedence.verdict(on: new.version, against: old.version) == .loses
        #expect(result == (loses ? .refused(by: old) : .stored), "\(new.version) \(old.version)")
      }
      let kept = try await store.highlights(forKeys: stored.map(\.key))
      for (old, (new, result)) in zip(stored, zip(incoming, results)) {
        let winner = result == .stored ? new : old
        #expect(try kept[old.key] == Highlight(serializedBytes: winner.payload))
      }
    }
  }

  @Test("takes a batch again that a crash had cut short", arguments: StoreKind.installed)
  func cutShort(kind: StoreKind) async throws {
    try await kind.withStore { store, reopen in
      let batch = try (0..<100).map { try record("k\($0 % 30)", at: Int64($0), offset: Int64($0)) }
      _ = try await store.apply(Array(batch.prefix(50)), progress: [])
      try await store.close()

      let second = try reopen()
      #expect(try await second.appliedOffsets(topic: "search.highlights") == [:])
      _ = try await second.apply(batch)
      let found = try await second.highlights(forKeys: batch.map(\.key))
      #expect(found.count == 30)
      for record in batch.suffix(30) {
        #expect(try found[record.key] == Highlight(serializedBytes: record.payload))
      }
      #expect(try await second.appliedOffsets(topic: "search.highlights") == [0: 100])
      try await second.close()
    }
  }

  @Test("takes a record that is delivered again as stored", arguments: StoreKind.installed)
  func redelivery(kind: StoreKind) async throws {
    try await kind.withStore { store, _ in
      let batch = [try record("a", offset: 1), try record("b", offset: 2)]
      #expect(try await store.apply(batch) == [.stored, .stored])
      #expect(try await store.apply(batch) == [.stored, .stored])
      #expect(try await store.count() == 2)
    }
  }

  @Test("ends with the newest record in 10,000 random orders", arguments: StoreKind.installed)
  func anyOrder(kind: StoreKind) async throws {
    var generator = SeededGenerator(seed: 42)
    var queues: [[HighlightRecord]] = try (0..<10_000).map { key in
      let versions = try [(1, 3), (2, 1), (2, 2), (3, 0)].map { at, offset in
        try record("k\(key)", at: at, offset: offset)
      }
      return versions.shuffled(using: &generator)
    }
    var newestSoFar: [String: HighlightVersion] = [:]
    try await kind.withStore { store, _ in
      // Each key's own order stays; the keys are dealt out at random.
      var turns = queues.indices.flatMap { Array(repeating: $0, count: queues[$0].count) }
      turns.shuffle(using: &generator)
      for start in stride(from: 0, to: turns.count, by: 500) {
        let batch = turns[start..<min(start + 500, turns.count)].map { queues[$0].removeLast() }
        for (record, result) in zip(batch, try await store.apply(batch)) {
          let newest = newestSoFar[record.key]
          let wins = newest.map { age(of: record.version) > age(of: $0) } ?? true
          #expect((result == .stored) == wins)
          if wins { newestSoFar[record.key] = record.version }
        }
      }
      let found = try await store.highlights(forKeys: (0..<10_000).map { "k\($0)" })
      #expect(found.count == 10_000)
      #expect(found.values.allSatisfy { $0.queryText == "3 0 0" })
    }
  }

  @Test("lets a withdrawal beat everything", arguments: StoreKind.installed)
  func withdrawal(kind: StoreKind) async throws {
    try await kind.withStore { store, _ in
      let withdrawn = try record(at: 50, offset: 2, status: .withdrawn)
      #expect(
        try await store.apply([record(at: 100, offset: 1), withdrawn]) == [.stored, .stored])
      #expect(
        try await store.apply([record(at: 300, offset: 3)]) == [.refused(by: withdrawn)])
      #expect(try await store.highlight(forKey: "k")?.status == .withdrawn)
    }
  }

  @Test("does not return what has expired, except a withdrawal", arguments: StoreKind.installed)
  func expiry(kind: StoreKind) async throws {
    let clock = ManualClock()
    let now: @Sendable () -> UnixTime = { clock.now }
    // A server has a clock of its own, for which none of this has come.
    let end: Int64 = 4_102_444_800
    try await kind.withStore(now: now) { store, _ in
      _ = try await store.apply([
        record("soon", expires: end), record("late", offset: 1, expires: end + 1_000),
        record("never", offset: 2),
        record("gone", offset: 3, status: .withdrawn, expires: end),
      ])
      let keys = ["soon", "late", "never", "gone"]

      clock.now = UnixTime(milliseconds: end * 1_000 - 1)
      #expect(try await store.highlights(forKeys: keys).count == 4)
      clock.now = UnixTime(seconds: end)
      #expect(
        try await Set(store.highlights(forKeys: keys).keys) == ["late", "never", "gone"])
      #expect(try await store.highlight(forKey: "soon") == nil)
      #expect(try await store.count() == 4)
    }
  }

  @Test(
    "remembers how far each partition is applied, never going back", arguments: StoreKind.installed)
  func offsets(kind: StoreKind) async throws {
    try await kind.withStore { store, _ in
      #expect(try await store.appliedOffsets(topic: "search.highlights") == [:])
      _ = try await store.apply([record("a", offset: 4), record("b", offset: 9, partition: 1)])
      _ = try await store.apply([record("a", offset: 2)])
      _ = try await store.apply(
        [],
        progress: [
          PartitionProgress(topic: "search.highlights", partition: 2, nextOffset: 7),
          PartitionProgress(topic: "search.highlights.b", partition: 0, nextOffset: 70),
        ])
      #expect(
        try await store.appliedOffsets(topic: "search.highlights") == [0: 5, 1: 10, 2: 7])
    }
  }

  @Test("holds what it held after it was closed and opened again", arguments: StoreKind.installed)
  func restart(kind: StoreKind) async throws {
    try await kind.withStore { store, reopen in
      let newest = try record(at: 200, offset: 5)
      _ = try await store.apply([newest])
      try await store.close()

      let second = try reopen()
      #expect(try await second.highlight(forKey: "k")?.queryText == "200 0 5")
      #expect(try await second.appliedOffsets(topic: "search.highlights") == [0: 6])
      #expect(try await second.apply([record(at: 100, offset: 6)]) == [.refused(by: newest)])
      try await second.close()
    }
  }

  @Test("says that it is closed", arguments: StoreKind.installed)
  func closed(kind: StoreKind) async throws {
    try await kind.withStore { store, _ in
      try await store.close()
      let error = await #expect(throws: StoreError.self) { try await store.count() }
      #expect(error?.reason == .closed)
    }
  }

  @Test("ends alike whichever of two writers comes first", arguments: StoreKind.installed)
  func concurrentWriters(kind: StoreKind) async throws {
    try await kind.withStore { first, reopen in
      let second = try reopen()
      try await withThrowingTaskGroup { group in
        for (writer, store) in [first, second].enumerated() {
          group.addTask {
            for round in 0..<50 {
              let batch = try (0..<20).map { key in
                try record(
                  "k\(key)", at: Int64(round), offset: Int64(round), partition: Int32(writer))
              }
              _ = try await store.apply(batch)
            }
          }
        }
        try await group.waitForAll()
      }
      for store in [first, second] {
        let found = try await store.highlights(forKeys: (0..<20).map { "k\($0)" })
        #expect(found.count == 20)
        #expect(found.values.allSatisfy { $0.queryText == "49 1 49" })
        #expect(try await store.appliedOffsets(topic: "search.highlights") == [0: 50, 1: 50])
      }
    }
  }

  private func age(of version: HighlightVersion) -> Int64 {
    version.generatedAt.milliseconds + version.position.offset
  }
}

/// A wall clock that a test sets.
private final class ManualClock: Sendable {
  private let storage = Mutex(UnixTime(seconds: 0))

  var now: UnixTime {
    get { storage.withLock { $0 } }
    set { storage.withLock { $0 = newValue } }
  }
}
