import struct Foundation.Date

/// One request on its way to a reply: what is asked, which deployment is next, what it took so far.
///
/// A value; the client's one loop moves it on.
struct LogicalCall {
  private(set) var request: ChatRequest
  private(set) var retries: RetryState
  /// The deployment that is called next, by its place in the list.
  private(set) var target: Int
  /// Why the ones before were left.
  private(set) var lastFailure: GatewayError?
  private(set) var wastedTokens = 0
  private(set) var cost: Cost?
  private var isLengthened = false
  private var isRepaired = false

  let startedAt = Date()
  let start = ContinuousClock.now

  init(_ request: ChatRequest, _ policy: RetryPolicy, target: Int = 0) {
    self.request = request
    self.target = target
    retries = RetryState(policy)
  }

  mutating func beginAttempt() { retries.beginAttempt() }

  /// Goes on to another deployment; the attempts made so far count there too.
  mutating func moveOn(to target: Int) { self.target = target }

  mutating func add(_ more: Cost?) {
    guard let more else { return }
    // Deployments of one list are priced in one currency.
    cost = Cost(micros: (cost?.micros ?? 0) + more.micros, currency: more.currency)
  }

  mutating func waste(_ tokens: Int) { wastedTokens += tokens }

  mutating func failed(_ error: GatewayError) {
    lastFailure = error
    wastedTokens += error.wastedTokens
  }

  /// The error with what all attempts took.
  func total(_ error: GatewayError) -> GatewayError {
    var error = error
    error.attempts = retries.attempts
    error.wastedTokens = wastedTokens
    error.cost = cost
    return error
  }

  /// Changes the request so that it mends what is wrong with a reply, each way once.
  ///
  /// - Returns: false when the reply is to be taken as it is.
  mutating func mend(_ completion: ChatCompletion, _ complaint: ((String) -> String?)?) -> Bool {
    guard retries.attempts < retries.policy.maximumAttempts else { return false }
    let choice = completion.choices?.first
    switch FinishReason(wire: choice?.finishReason) {
    case .length where !isLengthened:
      isLengthened = true
      request.maxTokens *= 2
    case .stop where !isRepaired:
      guard choice?.message.refusal == nil, let content = choice?.message.content,
        let problem = complaint?(content)
      else { return false }
      isRepaired = true
      request.messages += [
        ChatMessage(.assistant, content),
        ChatMessage(
          .user, "\(problem). Reply again with JSON of the given schema and nothing else."),
      ]
    default: return false
    }
    wastedTokens += completion.tokens?.total ?? 0
    return true
  }

  /// What comes after a failure.
  mutating func decide(
    after error: GatewayError, deadline: ContinuousClock.Instant?
  ) -> RetryState.Decision {
    var generator = SystemRandomNumberGenerator()
    return retries.decide(
      isRetryable: error.isRetryable, retryAfter: error.retryAfter,
      remaining: deadline.map { $0 - .now }, using: &generator)
  }
}
