import HighlightsProtocol
import TestSupport
import Testing

@testable import LookupService

@Suite("What is withdrawn")
struct TakedownsTests {
  private func prepared(
    _ status: Highlight.Status = .answered, reason: String = "", epoch: UInt32 = 0,
    citing: [String] = [], showing: [String] = []
  ) throws -> PreparedHighlight {
    PreparedHighlight(
      try HighlightJSON(
        highlight(status: status, reason: reason, epoch: epoch, citing: citing, showing: showing)),
      variant: "")
  }

  /// A verdict in a word.
  private func word(
    _ takedowns: Takedowns, _ found: PreparedHighlight?, key: String = "k"
  ) -> String {
    switch takedowns.verdict(on: found, key: key) {
    case .shown(let highlight): highlight.isWithdrawn ? "shown withdrawn" : "shown"
    case .missing: "missing"
    case .withdrawn(let epoch, let reason): "\(reason) \(epoch)"
    }
  }

  @Test("of key and highlight the higher epoch decides")
  func epochs() throws {
    var takedowns = Takedowns()
    #expect(word(takedowns, nil) == "missing")
    #expect(word(takedowns, try prepared()) == "shown")
    #expect(word(takedowns, try prepared(.withdrawn)) == "shown withdrawn")
    takedowns.use(LookupSwitches(epochs: ["k": 3]), at: .zero)
    #expect(word(takedowns, nil) == "withdrawn 3")
    #expect(word(takedowns, try prepared()) == "withdrawn 3")
    #expect(word(takedowns, try prepared(epoch: 2)) == "withdrawn 3")
    #expect(word(takedowns, try prepared(.withdrawn, epoch: 3)) == "shown withdrawn")
    #expect(word(takedowns, try prepared(epoch: 4)) == "shown")
    #expect(word(takedowns, try prepared(), key: "other") == "shown")
    takedowns.use(LookupSwitches(epochs: ["k": 4]), at: .zero)
    #expect(word(takedowns, try prepared()) == "missing")
    #expect(word(takedowns, try prepared(.withdrawn, epoch: 3)) == "missing")
    #expect(word(takedowns, try prepared(.noAnswer, reason: "restored", epoch: 4)) == "missing")
    #expect(word(takedowns, try prepared(epoch: 4)) == "shown")
  }

  @Test(
    "a withdrawal without an epoch counts as the first, and where epoch and status differ the status decides"
  )
  func wire() throws {
    #expect(try prepared(.withdrawn).epoch == 1)
    let odd = try prepared(.answered, epoch: 5)
    #expect(!odd.isWithdrawn)
    #expect(odd.epoch == 4)
  }

  @Test("a highlight that cites or shows a withdrawn video is withdrawn")
  func videos() throws {
    var takedowns = Takedowns()
    takedowns.use(LookupSwitches(withdrawnVideos: ["v-1"]), at: .zero)
    #expect(word(takedowns, try prepared(epoch: 2, citing: ["v-2", "v-1"])) == "video_withdrawn 2")
    #expect(word(takedowns, try prepared(showing: ["v-1"])) == "video_withdrawn 0")
    #expect(
      word(takedowns, try prepared(.noAnswer, reason: "x", showing: ["v-1"])) == "video_withdrawn 0"
    )
    #expect(word(takedowns, try prepared(citing: ["v-2"], showing: ["v-3"])) == "shown")
    takedowns.use(LookupSwitches(), at: .zero)
    #expect(word(takedowns, try prepared(showing: ["v-1"])) == "shown")
  }

  @Test("what was done here holds while it is not told of yet, and no longer than it is right")
  func own() throws {
    var takedowns = Takedowns()
    takedowns.set(epoch: 3, forKey: "k")
    takedowns.setVideo("v", isWithdrawn: true, at: .zero)
    takedowns.use(LookupSwitches(epochs: ["k": 2]), at: .seconds(59))
    #expect(takedowns.epoch(of: "k") == 3)
    #expect(takedowns.isWithdrawn(video: "v"))
    // It was restored elsewhere.
    takedowns.use(
      LookupSwitches(epochs: ["k": 4], withdrawnVideos: ["v"]), at: .seconds(59))
    takedowns.use(LookupSwitches(epochs: ["k": 4]), at: .seconds(59))
    #expect(!takedowns.isWithdrawn(key: "k"))
    #expect(!takedowns.isWithdrawn(video: "v"))
    takedowns.set(epoch: 1, forKey: "k")
    #expect(takedowns.epoch(of: "k") == 4)
    takedowns.setVideo("v", isWithdrawn: true, at: .seconds(60))
    takedowns.use(LookupSwitches(), at: .seconds(120))
    #expect(!takedowns.isWithdrawn(video: "v"))
    takedowns.use(LookupSwitches(withdrawnVideos: ["v"]), at: .seconds(121))
    takedowns.setVideo("v", isWithdrawn: false, at: .seconds(121))
    #expect(!takedowns.isWithdrawn(video: "v"))
  }

  @Test("of the highlights of a key one replaces another by epoch, then by time", arguments: 0..<5)
  func order(_ round: Int) throws {
    var random = SeededGenerator(seed: SeededGenerator.seed &+ UInt64(round))
    for _ in 0..<200 {
      let (left, right) = (
        (epoch: random.below(4), age: random.below(3)),
        (epoch: random.below(4), age: random.below(3))
      )
      func prepared(_ one: (epoch: Int, age: Int)) throws -> PreparedHighlight {
        PreparedHighlight(
          try HighlightJSON(highlight(age: .seconds(one.age), epoch: UInt32(one.epoch * 2))),
          variant: "")
      }
      let expected =
        left.epoch == right.epoch ? left.age <= right.age : left.epoch > right.epoch
      #expect(try prepared(left).replaces(prepared(right)) == expected)
      let isSame = left == right
      #expect((try prepared(left).entityTag == prepared(right).entityTag) == isSame)
    }
  }
}
