import Foundation
import Synchronization

/// One line on standard error that says how far a job is; drawn in place on a terminal, otherwise written
/// every five seconds.
final class ProgressBar: Sendable {
  private struct State {
    var drawn = ContinuousClock.now - .seconds(60)
    var finished = false
  }

  private let total: Int?
  private let width = 28
  private let state = Mutex(State())

  /// - Parameter total: nil where the end is not known.
  init(total: Int?) { self.total = total }

  /// Draws when enough time has passed, or at the end.
  func update(done: Int, note: String, final: Bool = false) {
    let interval: Duration = Talk.isTerminal ? .milliseconds(100) : .seconds(5)
    let due = state.withLock { state in
      guard !state.finished else { return false }
      state.finished = final
      guard final || .now - state.drawn >= interval else { return false }
      state.drawn = .now
      return true
    }
    guard due else { return }
    let line = "\(bar(done)) \(done)\(total.map { "/\($0)" } ?? "")  \(note)"
    guard Talk.isTerminal else { return Talk.say(line) }
    FileHandle.standardError.write(Data("\r\u{1b}[K\(line)\(final ? "\n" : "")".utf8))
  }

  private func bar(_ done: Int) -> String {
    guard let total, total > 0 else { return "[…]" }
    let filled = min(width, width * done / total)
    return
      "[\(String(repeating: "█", count: filled))\(String(repeating: "░", count: width - filled))]"
  }
}
