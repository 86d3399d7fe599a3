import struct Foundation.Date

/// Tokens that the provider says a call used.
public struct TokenUsage: Sendable, Hashable {
  public let input: Int
  public let output: Int

  public init(input: Int, output: Int) {
    self.input = input
    self.output = output
  }

  public var total: Int { input + output }
}

/// Why the model stopped writing.
public enum FinishReason: Sendable, Hashable {
  /// It was done.
  case stop
  /// It met the token limit; the content is cut off.
  case length
  /// The provider's filter stopped it; the content is cut off or empty.
  case contentFilter
  /// Another word of the provider's; empty when it gave none.
  case other(String)

  init(wire: String?) {
    self =
      switch wire {
      case "stop": .stop
      case "length": .length
      case "content_filter": .contentFilter
      default: .other(wire ?? "")
      }
  }

  var wire: String {
    switch self {
    case .stop: "stop"
    case .length: "length"
    case .contentFilter: "content_filter"
    case .other(let word): word
    }
  }
}

/// What the model answered and what it took to get it.
public struct ChatReply: Sendable, Hashable {
  /// The text of the first choice; empty when there is none, as after a refusal.
  public let content: String
  /// The model's refusal in its own words.
  public let refusal: String?
  public let finishReason: FinishReason
  /// The model that answered; the one asked for when the gateway does not say.
  public let model: String
  public let responseID: String?
  /// Nil when the gateway does not report usage.
  public let usage: TokenUsage?
  /// The deployment that answered, which need not be the first of its list; nil from a stand-in.
  public let deployment: Deployment?
  /// The provider's own deployment, where it says so.
  public let servedBy: ServedBy?
  /// What all attempts cost, those of unknown usage at their upper bound; nil without a price.
  public let cost: Cost?
  /// Calls made, this one included.
  public let attempts: Int
  /// Tokens that earlier attempts reported and that led to nothing. What timed-out calls used is
  /// not known and not in here.
  public let wastedTokens: Int
  /// When the first call began.
  public let startedAt: Date
  /// From the start of the first call to the end of the last, waits included.
  public let duration: Duration

  public init(
    content: String, refusal: String? = nil, finishReason: FinishReason = .stop, model: String,
    responseID: String? = nil, usage: TokenUsage? = nil, deployment: Deployment? = nil,
    servedBy: ServedBy? = nil, cost: Cost? = nil, attempts: Int = 1, wastedTokens: Int = 0,
    startedAt: Date, duration: Duration
  ) {
    self.content = content
    self.refusal = refusal
    self.finishReason = finishReason
    self.model = model
    self.responseID = responseID
    self.usage = usage
    self.deployment = deployment
    self.servedBy = servedBy
    self.cost = cost
    self.attempts = attempts
    self.wastedTokens = wastedTokens
    self.startedAt = startedAt
    self.duration = duration
  }
}
