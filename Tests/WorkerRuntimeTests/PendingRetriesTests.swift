import TestSupport
import Testing
import WorkerRuntime

@Suite("Pending retries")
struct PendingRetriesTests {
  @Test("it agrees with a list of who waits through 100,000 random events")
  func agreesWithModel() {
    print("PendingRetries: SEED=\(SeededGenerator.seed)")
    var random = SeededGenerator(seed: SeededGenerator.seed)
    var pending = PendingRetries(capacity: 12)
    var model: [(origin: PendingRetries.Origin, key: UInt8, wait: PendingRetries.Wait)] = []
    var attached = 0
    for step in 0..<100_000 {
      let key = UInt8(random.below(8))
      let number = Int32(random.below(3))
      let origin = PendingRetries.Origin(
        partition: partition(number), offset: Int64(random.below(4)))
      let index = model.firstIndex { $0.key == key && $0.origin.partition == origin.partition }
      switch random.below(20) {
      case 0..<8:
        let wait = PendingRetries.Wait(topic: "tier\(random.below(3))", dueAt: Int64(step))
        pending.add(origin, key: [key], partition: number, wait)
        if let index {
          if model[index].origin == origin { model[index].wait = wait }
        } else if model.count < 12 {
          model.append((origin, key, wait))
        }
      case 8..<13:
        pending.remove(origin, key: [key], partition: number)
        if let index, model[index].origin == origin { model.remove(at: index) }
      case 13:
        guard random.oneIn(10) else { continue }
        pending.forget([number])
        model.removeAll { $0.origin.partition.partition == number }
      default:
        let expected = index.flatMap { model[$0].origin == origin ? nil : model[$0].wait }
        if expected != nil { attached += 1 }
        let wait = pending.wait(of: origin, key: [key], partition: number)
        if wait != expected || pending.count != model.count {
          Issue.record("SEED=\(SeededGenerator.seed) step \(step): \(String(describing: wait))")
          return
        }
      }
    }
    #expect(attached > 1_000)
  }
}
