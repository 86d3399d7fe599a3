import HighlightsProtocol
import Kafka
import LLMGateway

/// What the tries of a search took that led to nothing; it travels with the search from try to try, so that the outcome
/// tells of all of them.
struct Spent: Sendable, Equatable {
  var attempts = 0
  var wastedTokens = 0
  var micros = 0
  /// ISO 4217; empty without a price.
  var currency = ""

  init() {}

  /// Reads a header; what is damaged counts as nothing.
  init(_ headers: [KafkaHeader]) {
    let fields = (headers.text(HeaderName.spent) ?? "")
      .split(separator: ";", omittingEmptySubsequences: false)
    guard fields.count == 4, let attempts = Int(fields[0]), let wasted = Int(fields[1]),
      let micros = Int(fields[2]), attempts >= 0, wasted >= 0, micros >= 0,
      fields[3].utf8.count <= 8
    else { return }
    (self.attempts, wastedTokens, self.micros) = (attempts, wasted, micros)
    currency = String(fields[3])
  }

  /// All that a highlight took that is not published: what it was made of is wasted too.
  init(discarded usage: Usage) {
    attempts = Int(clamping: usage.attempts)
    for tokens in [usage.wastedTokens, usage.inputTokens, usage.outputTokens] {
      wastedTokens = Self.sum(wastedTokens, Int(clamping: tokens))
    }
    micros = Int(clamping: usage.costMicros)
    currency = usage.currency
  }

  mutating func add(attempts: Int, wastedTokens: Int, cost: Cost?) {
    self.attempts = Self.sum(self.attempts, attempts)
    self.wastedTokens = Self.sum(self.wastedTokens, wastedTokens)
    guard let cost else { return }
    micros = Self.sum(micros, cost.micros)
    currency = cost.currency
  }

  mutating func add(_ error: GatewayError) {
    add(attempts: error.attempts, wastedTokens: error.wastedTokens, cost: error.cost)
  }

  var header: KafkaHeader {
    KafkaHeader(HeaderName.spent, "\(attempts);\(wastedTokens);\(micros);\(currency)")
  }

  /// The same for highlights and outcomes; tokens that led to something are added by whoever knows them.
  var usage: Usage {
    var usage = Usage()
    usage.attempts = UInt32(clamping: attempts)
    usage.wastedTokens = UInt32(clamping: wastedTokens)
    usage.costMicros = UInt64(clamping: micros)
    usage.currency = currency
    return usage
  }

  /// Anybody may write a header: no sum of its numbers overflows.
  private static func sum(_ left: Int, _ right: Int) -> Int {
    let (sum, overflows) = left.addingReportingOverflow(right)
    return overflows ? .max : sum
  }
}
