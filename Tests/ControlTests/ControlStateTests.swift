import Control
import HighlightsProtocol
import SwiftProtobuf
import Testing

@Suite("What was switched")
struct ControlStateTests {
  private static let key = "0123456789abcdef0123456789abcdef"

  /// The change that a record makes.
  private func apply(
    _ change: some Message, at key: String, to state: inout ControlState
  ) throws -> ControlState.Change {
    try state.apply(key: key, value: change.serializedBytes())
  }

  private func withdrawal(_ epoch: UInt32, at seconds: Int64 = 0) -> HighlightSwitch {
    HighlightSwitch.with {
      $0.key = Self.key
      $0.withdrawalEpoch = epoch
      $0.changedAt.seconds = seconds
    }
  }

  @Test("is the default variant until another is live, and it again by an empty name or none")
  func variant() throws {
    var state = ControlState()
    #expect(state.liveVariant == "" && state.variantSwitch == nil)
    let second = LiveVariant.with {
      $0.variant = "v2"
      $0.reason = "better"
      $0.actor = "ada"
    }
    #expect(try apply(second, at: "variant/live", to: &state) == .changed)
    #expect(state.liveVariant == "v2" && state.variantSwitch == second)
    #expect(try apply(second, at: "variant/live", to: &state) == .unchanged)
    #expect(try apply(LiveVariant(), at: "variant/live", to: &state) == .changed)
    #expect(state.liveVariant == "" && state.variantSwitch != nil)
    #expect(try apply(second, at: "variant/live", to: &state) == .changed)
    #expect(try state.apply(key: "variant/live", value: nil) == .changed)
    #expect(state.variantSwitch == nil)
  }

  @Test(
    "is no variant whose name could be another topic's",
    arguments: ["..", "a.b", "A", "a/b", String(repeating: "a", count: 65)])
  func badVariant(name: String) throws {
    var state = ControlState()
    _ = try apply(LiveVariant.with { $0.variant = "v2" }, at: "variant/live", to: &state)
    #expect(throws: ControlRecordError.self) {
      try apply(LiveVariant.with { $0.variant = name }, at: "variant/live", to: &state)
    }
    #expect(state.liveVariant == "v2")
  }

  @Test("counts the highlights withdrawn, and keeps the epoch of those that no longer are")
  func withdrawals() throws {
    var state = ControlState()
    let record = "highlight/\(Self.key)"
    #expect(state.epoch(ofKey: Self.key) == 0 && !state.isWithdrawn(key: Self.key))
    #expect(try apply(withdrawal(1, at: 7), at: record, to: &state) == .changed)
    #expect(state.isWithdrawn(key: Self.key) && state.withdrawnHighlights == 1)
    #expect(state.withdrawals[Self.key]?.changedAt == UnixTime(milliseconds: 7_000))
    #expect(try apply(withdrawal(2), at: record, to: &state) == .changed)
    #expect(!state.isWithdrawn(key: Self.key) && state.withdrawnHighlights == 0)
    #expect(state.epoch(ofKey: Self.key) == 2)
    #expect(try apply(withdrawal(3), at: "highlight/other", to: &state) == .changed)
    #expect(state.withdrawalEpochs == [Self.key: 2, "other": 3] && state.withdrawnHighlights == 1)
  }

  @Test("passes over a withdrawal of a lower epoch than the known one, and over epoch 0")
  func lowerEpoch() throws {
    var state = ControlState()
    let record = "highlight/\(Self.key)"
    #expect(try apply(withdrawal(0), at: record, to: &state) == .unchanged)
    #expect(state.withdrawals.isEmpty)
    #expect(try apply(withdrawal(3, at: 9), at: record, to: &state) == .changed)
    for epoch in [0, 1, 2] as [UInt32] {
      #expect(try apply(withdrawal(epoch, at: 10), at: record, to: &state) == .unchanged)
    }
    #expect(try apply(withdrawal(3, at: 9), at: record, to: &state) == .unchanged)
    #expect(state.epoch(ofKey: Self.key) == 3 && state.withdrawnHighlights == 1)
    // Taken back: whoever reads the topic after compaction knows nothing of it either.
    #expect(try state.apply(key: record, value: nil) == .changed)
    #expect(state.withdrawals.isEmpty && state.withdrawnHighlights == 0)
  }

  @Test(
    "names videos by whatever their ids are",
    arguments: ["v-1", "a/b", "highlight/x", "\u{301}x", " ", "vidéo 🎬"])
  func videos(id: String) throws {
    var state = ControlState()
    let gone = VideoSwitch.with { $0.withdrawn = true }
    #expect(try apply(gone, at: "video/\(id)", to: &state) == .changed)
    #expect(state.withdrawnVideos == [id])
    #expect(try apply(gone, at: "video/\(id)", to: &state) == .unchanged)
    #expect(try apply(VideoSwitch(), at: "video/\(id)", to: &state) == .changed)
    #expect(state.withdrawnVideos.isEmpty)
    #expect(try apply(VideoSwitch(), at: "video/\(id)", to: &state) == .unchanged)
  }

  @Test(
    "knows no record of another kind, or that names nothing",
    arguments: ["", "video", "video/", "highlight/", "lane/", "variant/other", "job/1"])
  func unknown(key: String) throws {
    var state = ControlState()
    #expect(try state.apply(key: key, value: [0xFF]) == .unknown)
    #expect(state == ControlState())
  }

  @Test("is told of in words, and only what differs")
  func news() throws {
    var state = ControlState()
    let live = LiveVariant.with {
      $0.variant = "v2"
      $0.actor = "ada"
      $0.reason = "better"
    }
    _ = try apply(live, at: "variant/live", to: &state)
    _ = try apply(withdrawal(1), at: "highlight/\(Self.key)", to: &state)
    _ = try apply(VideoSwitch.with { $0.withdrawn = true }, at: "video/v", to: &state)
    _ = try apply(LaneSwitch.with { $0.paused = true }, at: "lane/queries", to: &state)
    #expect(
      state.news(since: ControlState()) == [
        "live variant: default → v2 by ada: better", "withdrawn highlights: 1",
        "withdrawn videos: 1",
      ])
    #expect(state.news(since: state).isEmpty)
    #expect(ControlState().news(since: state).first == "live variant: v2 → default")
  }

  @Test("stays as it was where a record is damaged", arguments: ["highlight/k", "video/v"])
  func damaged(key: String) throws {
    var state = ControlState()
    _ = try apply(HighlightSwitch.with { $0.withdrawalEpoch = 1 }, at: "highlight/k", to: &state)
    _ = try apply(VideoSwitch.with { $0.withdrawn = true }, at: "video/v", to: &state)
    let before = state
    #expect(throws: (any Error).self) { try state.apply(key: key, value: [0xFF]) }
    #expect(state == before)
  }
}

@Suite("Names of variants")
struct VariantNameTests {
  @Test("make a topic of their own; the default one is named by nothing, or by default in words")
  func names() {
    #expect(VariantName.topic(of: "", highlights: "search.highlights") == "search.highlights")
    #expect(VariantName.topic(of: "v2", highlights: "search.highlights") == "search.highlights.v2")
    #expect(VariantName.parsed("default") == "" && VariantName.shown("") == "default")
    #expect(VariantName.parsed("v2") == "v2" && VariantName.shown("v2") == "v2")
    #expect(!VariantName.isValid("") && VariantName.isValid(String(repeating: "a", count: 64)))
  }
}
