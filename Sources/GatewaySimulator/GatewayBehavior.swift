/// What a simulator limits, how it refuses and what goes wrong in it: all that can be changed
/// while it runs, in process or by `PATCH /admin/settings`.
public struct GatewayBehavior: Sendable, Equatable {
  /// How a limit a minute is counted.
  public enum Window: String, Sendable, CaseIterable {
    /// The current second and the 59 before it.
    case sliding
    /// Whole minutes from the simulator's start.
    case fixed
    /// A bucket that is full at first and refilled continuously.
    case bucket
  }

  /// What is counted as output when a request is admitted.
  public enum CountOutput: String, Sendable, CaseIterable {
    /// The tokens that the answer will have.
    case actual
    /// The request's `max_tokens`, as Azure counts; those of the answer when it names none.
    case maxTokens = "max_tokens"
  }

  /// Whose headers and error bodies are sent.
  public enum Shape: String, Sendable, CaseIterable {
    case openai, azure, litellm
  }

  /// Requests admitted a minute; nil or 0 for no limit.
  public var requestsPerMinute: Int?
  /// Tokens admitted a minute, prompt and output together; nil or 0 for no limit.
  public var tokensPerMinute: Int?
  /// How both are counted.
  public var window = Window.sliding
  /// What a full bucket of requests holds; the limit when nil.
  public var bucketRequests: Int?
  /// What a full bucket of tokens holds; the limit when nil.
  public var bucketTokens: Int?
  /// What output counts as.
  public var countOutput = CountOutput.actual
  /// Whether a request refused for a limit counts against the limit of requests.
  public var countRefused = false
  /// Requests a minute that others make with the same key.
  public var outsideRequestsPerMinute = 0
  /// Tokens a minute that others take with the same key.
  public var outsideTokensPerMinute = 0

  /// Whose headers and error bodies are sent.
  public var shape = Shape.openai
  /// With ``Shape/litellm``: the limits are the proxy's own of a key, not the provider's.
  public var litellmKeyLimits = false

  /// In fixed mode, the prompt tokens of every request; nil as estimated.
  public var fixedPromptTokens: Int?
  /// In fixed mode, the completion tokens of every answer; nil as estimated.
  public var fixedOutputTokens: Int?

  /// How often what goes wrong, from 0 to 1, together at most 1.
  public var faults: [SimulatedFault: Double] = [:]
  /// How much later than due a ``SimulatedFault/slow`` answer begins.
  public var slowBy = Duration.seconds(5)
  /// Answers to requests with a smaller `max_tokens` are cut off with finish reason `length`.
  public var lengthBelow: Int?
  /// So many more answers have content that breaks the schema asked for.
  public var invalidReplies = 0
  /// So many more requests are admitted, then the account's quota is exhausted; nil for never.
  public var quotaAfter: Int?
  /// So many more requests are admitted, then the gateway's budget is exceeded; nil for never.
  public var budgetAfter: Int?
  /// The status of a refusal for the budget: 400, or 429 with newer versions of LiteLLM.
  public var budgetStatus = 400

  /// No limits and no faults.
  public init() {}
}
