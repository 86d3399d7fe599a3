import TestSupport
import Testing
import WorkerRuntime

@Suite("Progress watch")
struct ProgressWatchTests {
  private static let id = TopicPartitionID(topic: "t", partition: 0)

  private func expect(
    _ watch: inout ProgressWatch, _ oldest: Int64?, able: Bool = true, _ seconds: Int,
    is expected: Duration?, sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let stalled = watch.observe(
      [Self.id: .init(oldest: oldest, isAble: able)], at: start + .seconds(seconds))
    #expect(stalled[Self.id] == expected, sourceLocation: sourceLocation)
  }

  @Test("the same oldest message for longer than allowed is a standstill, a new one is not")
  func standstill() {
    var watch = ProgressWatch(limit: .seconds(10))
    expect(&watch, 5, 0, is: nil)
    expect(&watch, 5, 10, is: nil)
    expect(&watch, 5, 11, is: .seconds(11))
    expect(&watch, 6, 12, is: nil)
    expect(&watch, 6, 22, is: nil)
    expect(&watch, 6, 23, is: .seconds(11))
    expect(&watch, nil, 40, is: nil)
    expect(&watch, 7, 60, is: nil)
  }

  @Test("the time that a message waits for something else does not count")
  func unable() {
    var watch = ProgressWatch(limit: .seconds(10))
    expect(&watch, 5, 0, is: nil)
    expect(&watch, 5, able: false, 9, is: nil)
    expect(&watch, 5, 100, is: nil)
    expect(&watch, 5, 111, is: .seconds(11))
    // A partition that went away.
    _ = watch.observe([:], at: start + .seconds(112))
    expect(&watch, 5, 113, is: nil)
  }
}
