import Foundation
import HighlightsProtocol
import Replay
import Synchronization

/// A replay on standard error: a bar for each of its readings, with the rate, the time left and the cost so far.
final class ReplayView: Sendable {
  private struct State {
    var bar: ProgressBar?
    var phase: ReplayProgressReport.Phase?
    var begun = ContinuousClock.now
    var doneAtBegin = 0
  }

  private let spend: BackfillSpend
  private let state = Mutex(State())

  init(spend: BackfillSpend) { self.spend = spend }

  func begin(_ job: ReplayJobState) {
    Talk.say(
      "replay \(job.id): \(job.spec.topic) → \(job.spec.target.isEmpty ? job.spec.store : job.spec.target)"
        + (job.runs > 1 ? ", resumed with \(job.counts.published) published" : ""))
  }

  func show(_ report: ReplayProgressReport) {
    let (bar, note) = state.withLock { state -> (ProgressBar?, String) in
      if state.phase != report.phase {
        state.phase = report.phase
        state.bar = ProgressBar(total: report.total)
        (state.begun, state.doneAtBegin) = (.now, report.done)
      }
      return (state.bar, words(of: report, state))
    }
    bar?.update(done: report.done, note: note)
  }

  private func words(of report: ReplayProgressReport, _ state: State) -> String {
    switch report.phase {
    case .facts: return "reading highlights"
    case .choosing: return "choosing, \(report.counts.matched) match"
    case .publishing: break
    }
    let seconds = (ContinuousClock.now - state.begun) / .seconds(1)
    let rate = Double(report.done - state.doneAtBegin) / max(0.001, seconds)
    var words = [String(format: "%.0f/s", rate)]
    if rate > 0, report.done < report.total {
      words.append("\(ReplayEstimate.words(Double(report.total - report.done) / rate)) left")
    }
    if report.isWaiting { words.append("waiting for workers") }
    if let spent = spend.spent {
      words.append("\(Quantity.text(micros: spent.micros)) \(spent.currency) so far")
    }
    return words.joined(separator: ", ")
  }

  func end(_ job: ReplayJobState) {
    let bar = state.withLock { $0.bar }
    bar?.update(done: Int(job.counts.published), note: job.word, final: true)
    switch job.status {
    case .paused, .failed: Talk.say("highlights replay --resume \(job.id) goes on with it")
    default: break
    }
  }
}
