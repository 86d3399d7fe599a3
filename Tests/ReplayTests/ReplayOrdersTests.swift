import HighlightsProtocol
import Testing

@testable import Replay

@Suite("Orders to a replay")
struct ReplayOrdersTests {
  private static func job(_ runner: String, run: UInt32) -> ReplayJobLog.Record {
    var state = ReplayJobState()
    state.runner = runner
    state.runs = run
    state.status = .running
    return .job(state)
  }

  private static func command(
    _ action: ReplayCommand.Action, to runner: String
  ) -> ReplayJobLog.Record {
    var command = ReplayCommand()
    command.action = action
    command.runner = runner
    command.actor = "ada"
    return .command(command)
  }

  @Test("what was asked of another runner is not obeyed")
  func addressed() {
    let orders = ReplayOrders()
    orders.take(Self.command(.cancel, to: "b"), runner: "a", run: 1)
    #expect(orders.current == nil)
    orders.take(Self.command(.pause, to: "a"), runner: "a", run: 1)
    #expect(orders.current == .pause("ada"))
    orders.take(Self.command(.cancel, to: "a"), runner: "a", run: 1)
    #expect(orders.current == .cancel("ada"))
  }

  @Test("whoever claimed the job too late does not end it, whoever took it over does")
  func claims() {
    let orders = ReplayOrders()
    orders.take(Self.job("a", run: 2), runner: "a", run: 2)
    orders.take(Self.job("late", run: 2), runner: "a", run: 2)
    orders.take(Self.job("earlier", run: 1), runner: "a", run: 2)
    #expect(orders.current == nil)
    orders.take(Self.job("next", run: 3), runner: "a", run: 2)
    orders.take(Self.command(.pause, to: "a"), runner: "a", run: 2)
    #expect(orders.current == .takenOver(by: "next"))
  }
}
