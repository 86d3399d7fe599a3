import Foundation
import HighlightsProtocol

/// How a run ended, in numbers; written by `--report`.
struct UpReport: Sendable, Codable, Equatable {
  var queries = 0
  var answered = 0
  var noAnswer = 0
  var filtered = 0
  var unchanged = 0
  var expired = 0
  var dead = 0
  var llmCalls = 0
  var inputTokens = 0
  var outputTokens = 0
  var seconds = 0.0

  enum CodingKeys: String, CodingKey {
    case queries, answered, filtered, unchanged, expired, dead, seconds
    case noAnswer = "no_answer"
    case llmCalls = "llm_calls"
    case inputTokens = "input_tokens"
    case outputTokens = "output_tokens"
  }

  /// Searches that have ended.
  var ended: Int { answered + noAnswer + filtered + unchanged + expired + dead }

  mutating func count(_ outcome: Outcome) {
    switch outcome.result {
    case .answered: answered += 1
    case .noAnswer: noAnswer += 1
    case .filtered: filtered += 1
    case .unchanged: unchanged += 1
    case .expired: expired += 1
    case .dead, .unspecified, .UNRECOGNIZED: dead += 1
    }
    llmCalls += Int(outcome.usage.attempts)
    inputTokens += Int(outcome.usage.inputTokens)
    outputTokens += Int(outcome.usage.outputTokens)
  }

  /// Two lines for a person.
  var lines: [String] {
    [
      "\(queries) searches: \(answered) answered, \(noAnswer) without an answer, \(unchanged) unchanged, "
        + "\(filtered) filtered, \(expired) expired, \(dead) failed",
      "\(llmCalls) LLM calls, \(inputTokens) tokens in, \(outputTokens) out, "
        + String(format: "%.1f s", seconds),
    ]
  }

  func write(to path: String) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
    try encoder.encode(self).write(to: URL(fileURLWithPath: path))
  }
}
