import Kafka
import TestSupport
import Testing

@testable import DeadLetters

struct OffsetRangesTests {
  @Test(
    "it holds just what was put in, in as few ranges as there are gaps",
    arguments: 1...20 as ClosedRange<UInt64>)
  func property(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    var ranges = OffsetRanges()
    var model: Set<Int64> = []
    for _ in 0..<200 {
      let start = Int64.random(in: 0..<300, using: &generator)
      let length = Int64.random(in: 0..<6, using: &generator)
      ranges.insert(start..<start + length)
      model.formUnion(start..<start + length)
    }
    for offset in -1..<310 as Range<Int64> {
      #expect(ranges.contains(offset) == model.contains(offset), "\(offset)")
    }
    #expect(ranges.count == Int64(model.count))
    #expect(ranges.ranges.count == model.count { !model.contains($0 - 1) })
    #expect(OffsetRanges(runs: ranges.runs) == ranges)
    ranges.removeAll(below: 150)
    #expect(ranges.count == Int64(model.count { $0 >= 150 }))
  }

  @Test(
    "lengths that no writer makes are refused",
    arguments: [[1], [.max, 1], [0, .max, 0, .max], [5, UInt64(Int64.max)]])
  func badRuns(runs: [UInt64]) {
    #expect(OffsetRanges(runs: runs) == nil)
  }

  @Test("places name partitions and offsets, ends included")
  func places() throws {
    let places = try OffsetRanges.places("0:100-200,1:5-,2:7,3,0:300")
    #expect(places[0]?.ranges == [100..<201, 300..<301])
    #expect(places[1]?.ranges == [5..<Int64.max])
    #expect(places[2]?.ranges == [7..<8])
    #expect(places[3]?.ranges == [0..<Int64.max])
  }

  @Test(
    "what names no offsets is refused with what is allowed",
    arguments: [
      "", "a", "0:", "0:5-4", "-1:2", "0:1:2", "0:1-2-3", "0:x", "0,", "0:9223372036854775807",
    ])
  func badPlaces(text: String) {
    let error = #expect(throws: DeadLetterError.self) { try OffsetRanges.places(text) }
    #expect("\(error!)".contains("allowed: PARTITION"))
  }
}

struct ChosenLettersTests {
  @Test("portions take of all partitions, in order; what does not come is gone")
  func portions() {
    var chosen = ChosenLetters([0: [1, 5, 9], 1: [2]], topic: "d")
    let zero = TopicPartition(topic: "d", partition: 0)
    let one = TopicPartition(topic: "d", partition: 1)
    #expect(chosen.portion(of: 4) == [zero: 1..<6, one: 2..<3])
    let first = chosen.take(0, 1)
    #expect(first)
    // 5 was deleted: the log goes on with 6, which was not chosen.
    let sixth = chosen.take(0, 6)
    #expect(!sixth)
    #expect(chosen.vanished == 1)
    let eighth = chosen.take(0, 8)
    #expect(!eighth)
    chosen.finish([zero: 1..<6, one: 2..<3])
    #expect(chosen.vanished == 2)
    #expect(!chosen.isEmpty)
    let ninth = chosen.take(0, 9)
    #expect(ninth)
    #expect(chosen.isEmpty)
  }
}
