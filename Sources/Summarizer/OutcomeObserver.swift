import HighlightsProtocol
import Kafka
import Logging
import Metrics
import SwiftProtobuf

/// Counts what became of searches, and logs a line of each where debugging is asked for.
struct OutcomeObserver: Sendable {
  private let logger = Logger(label: "outcome")

  /// - Parameter search: decoded only where the line is written.
  func ended(_ outcome: Outcome, _ search: SearchRecord) {
    let result = Self.word(outcome.result)
    let lane = outcome.lane.isEmpty ? "queries" : outcome.lane
    let of = [("result", result), ("lane", lane)]
    Counter(
      label: SummarizerMetric.outcomes.rawValue, dimensions: of + [("reason", outcome.reason)]
    ).increment()
    let ended = UnixTime(outcome.endedAt)
    let consumed = UnixTime(outcome.consumedAt)
    let asked = outcome.hasRequestedAt ? UnixTime(outcome.requestedAt) : consumed
    time(.searchTime, from: asked, to: ended, of)
    time(.workTime, from: consumed, to: ended, of)
    logger.debug(
      "\(result)",
      metadata: [
        "query_id": "\(outcome.queryID)", "query": "\((try? search.decoded())?.text ?? "")",
        "reason": "\(outcome.reason)", "lane": "\(lane)",
        "record": "\(search.record.partition)@\(search.record.offset)",
        "calls": "\(outcome.usage.attempts)", "input_tokens": "\(outcome.usage.inputTokens)",
        "output_tokens": "\(outcome.usage.outputTokens)",
        "cost_micros": "\(outcome.usage.costMicros)",
        "took_ms": "\(ended.milliseconds - consumed.milliseconds)",
      ])
  }

  /// Counts sentences that were not published, by rule.
  static func dropped<Rule: RawRepresentable<String>>(_ sentences: [Rule: Int]) {
    for (rule, count) in sentences {
      Counter(
        label: SummarizerMetric.droppedSentences.rawValue, dimensions: [("rule", rule.rawValue)]
      ).increment(by: count)
    }
  }

  private func time(
    _ metric: SummarizerMetric, from start: UnixTime, to end: UnixTime, _ of: [(String, String)]
  ) {
    // Clocks of several machines: one may be ahead.
    let milliseconds = max(0, end.milliseconds - start.milliseconds)
    Timer(label: metric.rawValue, dimensions: of).recordMilliseconds(milliseconds)
  }

  private static func word(_ result: Outcome.Result) -> String {
    switch result {
    case .answered: "answered"
    case .noAnswer: "no_answer"
    case .filtered: "filtered"
    case .unchanged: "unchanged"
    case .expired: "expired"
    case .dead: "dead"
    default: "unknown"
    }
  }
}

/// The names that this room records under.
public enum SummarizerMetric: String, CaseIterable, Sendable {
  case outcomes = "highlights.outcomes"
  case searchTime = "highlights.search"
  case workTime = "highlights.search_work"
  case droppedSentences = "highlights.sentences_dropped"
}
