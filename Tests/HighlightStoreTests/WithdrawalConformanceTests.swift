import Foundation
import HighlightStore
import HighlightsProtocol
import SwiftProtobuf
import TestSupport
import Testing

/// What every store does about keys that are withdrawn and restored.
@Suite("Every highlight store, of withdrawals")
struct WithdrawalConformanceTests {
  @Test(
    "lets what was written since it was lifted win, and nothing from before",
    arguments: StoreKind.installed)
  func restored(kind: StoreKind) async throws {
    try await kind.withStore { store, _ in
      let withdrawn = try record(at: 50, offset: 2, status: .withdrawn)
      let restored = try record(at: 40, offset: 3, status: .noAnswer, epoch: 2)
      #expect(
        try await store.apply([record(at: 100, offset: 1), withdrawn, restored])
          == [.stored, .stored, .stored])
      #expect(
        try await store.apply([
          record(at: 900, offset: 9), record(at: 901, offset: 10, status: .withdrawn, epoch: 1),
        ]) == [.refused(by: restored), .refused(by: restored)])
      #expect(try await store.highlight(forKey: "k")?.status == .noAnswer)
      #expect(
        try await store.apply([record(at: 1, offset: 11, status: .withdrawn, epoch: 3)])
          == [.stored])
      #expect(try await store.highlight(forKey: "k")?.status == .withdrawn)
    }
  }

  @Test(
    "refuses what a worker wrote that had not heard of the withdrawal",
    arguments: StoreKind.installed)
  func late(kind: StoreKind) async throws {
    try await kind.withStore { store, _ in
      let withdrawn = try record(at: 50, status: .withdrawn, epoch: 3)
      // One bears the odd epoch itself, as if it had been written while the key was withdrawn.
      for epoch: UInt32 in [0, 2, 3] {
        let late = try record(at: 99, offset: 7, epoch: epoch)
        #expect(
          try await store.apply([withdrawn, late]) == [.stored, .refused(by: withdrawn)])
      }
    }
  }

  @Test(
    "never goes back to an epoch before, in any order, whatever has expired and been dropped",
    arguments: StoreKind.installed)
  func epochsOnlyRise(kind: StoreKind) async throws {
    var generator = SeededGenerator(seed: 11)
    let keys = 400
    // The server of a Redis store drops at once what has expired by its own clock; the store's clock says the same.
    let now: @Sendable () -> UnixTime = { UnixTime(seconds: 1_000_000) }
    let queues = try (0..<keys).map { key in
      try (0..<6).map { index in
        let epoch = UInt32(generator.below(4))
        return try record(
          "k\(key)", at: Int64(generator.below(50)), offset: Int64(index),
          status: epoch.isMultiple(of: 2) ? .answered : .withdrawn,
          expires: [nil, 500, 4_102_444_800][generator.below(3)], epoch: epoch)
      }
    }
    try await kind.withStore(now: now) { store, _ in
      for round in 0..<3 {
        // The first time in one order, then twice again in others, as after replays.
        var turns = queues.indices.flatMap { Array(repeating: $0, count: 6) }
        turns.shuffle(using: &generator)
        var left = queues.map { $0.shuffled(using: &generator) }
        for start in stride(from: 0, to: turns.count, by: 300) {
          let batch = turns[start..<min(start + 300, turns.count)].map { left[$0].removeLast() }
          _ = try await store.apply(batch)
        }
        let found = try await store.highlights(forKeys: (0..<keys).map { "k\($0)" })
        for (key, records) in queues.enumerated() {
          let newest = try #require(records.newest)
          // Without any withdrawal the store may forget what has expired, and what it refused by that.
          guard newest.version.withdrawalEpoch > 0 else { continue }
          let isShown =
            newest.version.isWithdrawn || newest.expiresAt.map { $0 > now() } ?? true
          let expected = isShown ? try Highlight(serializedBytes: newest.payload) : nil
          #expect(found["k\(key)"] == expected, "round \(round), key \(key)")
        }
      }
    }
  }
}

extension [HighlightRecord] {
  /// The one that wins over all others.
  fileprivate var newest: HighlightRecord? {
    first { candidate in
      allSatisfy {
        Precedence.verdict(on: candidate.version, against: $0.version) != .loses
      }
    }
  }
}
