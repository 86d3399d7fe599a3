import TestSupport
import Testing
import WorkerRuntime

@Suite("Suspension guard")
struct SuspensionGuardTests {
  private static let limit = Duration.seconds(3)

  @Test("after a gap nothing is sent until a commit that began after it is accepted")
  func gap() {
    var suspension = SuspensionGuard(limit: Self.limit, at: start)
    func maySend(_ seconds: Int) -> Bool { suspension.maySend(at: start + .seconds(seconds)) }
    #expect(maySend(3))
    #expect(!maySend(7))
    #expect(!maySend(8), "it stays closed")
    suspension.committed(begun: start + .seconds(3))
    #expect(suspension.isClosed, "a commit from before the gap proves nothing")
    suspension.committed(begun: start + .seconds(8))
    #expect(maySend(8))
  }

  @Test("it agrees with one that remembers every moment through 100,000 random steps")
  func agreesWithModel() {
    print("SuspensionGuard: SEED=\(SeededGenerator.seed)")
    var random = SeededGenerator(seed: SeededGenerator.seed)
    var suspension = SuspensionGuard(limit: Self.limit, at: start)
    var seen = [start]
    var commits: [ContinuousClock.Instant] = []
    var closed = 0
    for step in 0..<100_000 {
      let now = seen[seen.count - 1] + .milliseconds(random.below(random.oneIn(50) ? 9_000 : 900))
      switch random.below(3) {
      case 0:
        let begun = seen[max(0, seen.count - 1 - random.below(4))]
        commits.append(begun)
        suspension.committed(begun: begun)
      default:
        seen.append(now)
        let index = seen.indices.dropFirst().last { seen[$0] - seen[$0 - 1] > Self.limit }
        let gap = index.map { seen[$0] }
        let expected = gap.map { gap in commits.contains { $0 >= gap } } ?? true
        if !expected { closed += 1 }
        guard suspension.maySend(at: now) == expected else {
          Issue.record("SEED=\(SeededGenerator.seed) step \(step)")
          return
        }
        // What the model has to remember is the last gap and what came after it.
        if seen.count > 200 {
          let kept = index.map { $0 - 1 } ?? seen.count - 1
          seen.removeFirst(kept)
          commits.removeAll { $0 < seen[0] }
        }
      }
    }
    #expect(closed > 1_000, "\(closed)")
  }
}
