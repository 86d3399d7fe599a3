import TestSupport
import Testing
import WorkerRuntime

@Suite("Offset tracker")
struct OffsetTrackerTests {
  private func tracker(received offsets: [Int64]) -> OffsetTracker {
    var tracker = OffsetTracker()
    for offset in offsets { tracker.receive(offset) }
    return tracker
  }

  @Test("there is no position before anything was received")
  func empty() {
    let tracker = OffsetTracker()
    #expect(tracker.position == nil)
    #expect(tracker.oldestIncomplete == nil)
    #expect(tracker.span == 0)
  }

  @Test("the position stays at the first incomplete offset whatever completes above it")
  func outOfOrder() {
    var tracker = tracker(received: [10, 11, 12])
    tracker.complete(12)
    tracker.complete(11)
    #expect(tracker.position == 10)
    #expect(tracker.incompleteCount == 1)
    #expect(tracker.span == 3)
    tracker.complete(10)
    #expect(tracker.position == 13)
    #expect(tracker.span == 0)
  }

  @Test("the watermark crosses offsets that never arrive")
  func gaps() {
    var tracker = tracker(received: [5, 9, 40])
    tracker.complete(5)
    #expect(tracker.position == 9)
    tracker.complete(9)
    #expect(tracker.position == 40)
    tracker.complete(40)
    #expect(tracker.position == 41)
  }

  @Test("a repeat after a seek is ignored, also when its offset was in a gap")
  func repeats() {
    var tracker = tracker(received: [5, 9])
    #expect(tracker.receive(9) == false)
    #expect(tracker.receive(7) == false)
    #expect(tracker.span == 2)
    #expect(tracker.receive(10) == true)
  }

  @Test("completing an unknown or complete offset is refused and changes nothing")
  func refusedCompletions() {
    var tracker = tracker(received: [5, 9, 12])
    #expect(tracker.complete(7) == false)
    #expect(tracker.complete(13) == false)
    #expect(tracker.complete(9) == true)
    #expect(tracker.complete(9) == false)
    #expect(tracker.complete(5) == true)
    #expect(tracker.complete(5) == false)
    #expect(tracker.position == 12)
    #expect(tracker.incompleteCount == 1)
  }

  @Test("it agrees with a plain array through 400,000 random operations")
  func agreesWithModel() {
    print("OffsetTracker: SEED=\(SeededGenerator.seed)")
    var random = SeededGenerator(seed: SeededGenerator.seed)
    for round in 0..<2_000 {
      do {
        try runRound(operations: 200, random: &random)
      } catch {
        Issue.record("SEED=\(SeededGenerator.seed) round \(round): \(error.message)")
        return
      }
    }
  }

  private func runRound(operations: Int, random: inout SeededGenerator) throws(Violation) {
    var tracker = OffsetTracker()
    var received: [Int64] = []
    var unfinished: [Int64] = []
    var next = Int64(random.below(1_000))
    for _ in 0..<operations {
      if random.below(5) < 2 {
        let offset = random.oneIn(8) ? next - Int64(random.below(4)) : next
        let isNew = received.allSatisfy { $0 < offset }
        try require(tracker.receive(offset) == isNew, "receive(\(offset)) is not \(isNew)")
        if isNew {
          received.append(offset)
          unfinished.append(offset)
          next = offset + 1 + Int64(random.oneIn(4) ? random.below(5) : 0)
        }
      } else {
        var offset = next - Int64(random.below(12))
        if !unfinished.isEmpty, !random.oneIn(6) {
          offset = unfinished[random.below(unfinished.count)]
        }
        let index = unfinished.firstIndex(of: offset)
        try require(
          tracker.complete(offset) == (index != nil), "complete(\(offset)) with \(unfinished)")
        if let index { unfinished.remove(at: index) }
      }
      try compare(tracker, received: received, unfinished: unfinished)
    }
  }

  private func compare(
    _ tracker: OffsetTracker, received: [Int64], unfinished: [Int64]
  ) throws(Violation) {
    let position = unfinished.first ?? received.last.map { $0 + 1 }
    var span = 0
    if let first = unfinished.first, let start = received.lastIndex(of: first) {
      span = received.count - start
    }
    try require(
      tracker.position == position,
      "position \(String(describing: tracker.position)) with \(unfinished) of \(received)")
    try require(tracker.oldestIncomplete == unfinished.first, "oldest of \(unfinished)")
    try require(tracker.incompleteCount == unfinished.count, "count of \(unfinished)")
    try require(tracker.span == span, "span \(tracker.span) of \(unfinished) in \(received)")
  }
}
