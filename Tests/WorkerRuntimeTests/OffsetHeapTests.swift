import TestSupport
import Testing

@testable import WorkerRuntime

@Suite("Offset heap")
struct OffsetHeapTests {
  @Test("offsets come out smallest first, whatever the order they went in")
  func sorts() {
    var random = SeededGenerator(seed: SeededGenerator.seed)
    for count in [0, 1, 2, 3, 10, 1_000] {
      let offsets = (0..<count).map { _ in Int64(random.below(500)) }
      var heap = OffsetHeap()
      for offset in offsets { heap.insert(offset) }
      var popped: [Int64] = []
      while let offset = heap.popMin() { popped.append(offset) }
      #expect(popped == offsets.sorted(), "SEED=\(SeededGenerator.seed)")
      #expect(heap.isEmpty)
    }
  }
}
