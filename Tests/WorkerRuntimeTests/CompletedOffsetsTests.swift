import TestSupport
import Testing

@testable import WorkerRuntime

@Suite("Completed offsets as text")
struct CompletedOffsetsTests {
  @Test("come back as they were, and always fit, in 20,000 random sets")
  func roundTrips() throws {
    print("CompletedOffsets: SEED=\(SeededGenerator.seed)")
    var random = SeededGenerator(seed: SeededGenerator.seed)
    for _ in 0..<20_000 {
      let base = Int64(random.below(1 << 40))
      let completed = randomSet(above: base, &random)
      let text = completed.text(above: base)
      #expect(!text.isEmpty && text.utf8.count <= CompletedOffsets.maxText)
      #expect(try CompletedOffsets.read(text, above: base) == completed)
    }
  }

  @Test("of the longest span that alternates fit the metadata of a commit")
  func worstCase() throws {
    let ranges = stride(from: Int64(1), to: Int64(CompletedOffsets.maxSpan), by: 2)
      .map { $0..<($0 + 1) }
    let completed = try #require(CompletedOffsets(ranges, timestamp: .max))
    let text = completed.text(above: 0)
    #expect((1...CompletedOffsets.maxText).contains(text.utf8.count))
    #expect(try CompletedOffsets.read(text, above: 0) == completed)
  }

  @Test("that are damaged are refused and never misread, in 200,000 random injuries")
  func damage() {
    var random = SeededGenerator(seed: SeededGenerator.seed)
    var refused = 0
    for _ in 0..<20_000 {
      let completed = randomSet(above: 1_000, &random, most: 40)
      let text = Array(completed.text(above: 1_000).utf8)
      for _ in 0..<10 {
        var injured = text
        switch random.below(3) {
        case 0: injured[random.below(injured.count)] = UInt8(random.below(128))
        case 1: injured.removeLast(1 + random.below(injured.count))
        default: injured.insert(UInt8(random.below(128)), at: random.below(injured.count))
        }
        if injured == text || injured.isEmpty { continue }
        // A checksum of 32 bits lets one injury in four thousand million pass.
        let read = try? CompletedOffsets.read(
          String(decoding: injured, as: UTF8.self), above: 1_000)
        #expect(
          read == nil, "SEED=\(SeededGenerator.seed): \(String(decoding: injured, as: UTF8.self))")
        refused += 1
      }
    }
    #expect(refused > 150_000)
  }

  @Test("of another commit, version or program are refused with the reason")
  func strangers() throws {
    let completed = try #require(CompletedOffsets([12..<15], timestamp: 7))
    let text = completed.text(above: 10)
    #expect(throws: CompletedOffsetsError.otherCommit("10", committed: 11)) {
      try CompletedOffsets.read(text, above: 11)
    }
    #expect(throws: CompletedOffsetsError.unknownFormat("committed by hand")) {
      try CompletedOffsets.read("committed by hand", above: 10)
    }
    #expect(throws: CompletedOffsetsError.self) {
      try CompletedOffsets.read(String(repeating: "1;", count: 4_000), above: 10)
    }
    #expect(try CompletedOffsets.read("", above: 10) == nil)
  }

  private func randomSet(
    above base: Int64, _ random: inout SeededGenerator, most: Int = 400
  ) -> CompletedOffsets {
    var ranges: [Range<Int64>] = []
    var next = base + Int64(random.below(3))
    let longest = random.oneIn(2) ? 3 : 60
    for _ in 0...random.below(most) {
      let end = next + 1 + Int64(random.below(longest))
      guard end - base < CompletedOffsets.maxSpan else { break }
      ranges.append(next..<end)
      next = end + 1 + Int64(random.below(longest))
    }
    return CompletedOffsets(ranges, timestamp: Int64(random.below(1 << 45)))!
  }
}
