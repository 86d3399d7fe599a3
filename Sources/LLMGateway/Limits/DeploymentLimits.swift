/// What a provider allows one deployment in 60 seconds; nil where it sets no limit.
public struct DeploymentLimits: Sendable, Hashable {
  public let requestsPerMinute: Int?
  /// Input and output together, as OpenAI counts.
  public let tokensPerMinute: Int?
  /// Where the provider counts input apart.
  public let inputTokensPerMinute: Int?
  /// Where the provider counts output apart.
  public let outputTokensPerMinute: Int?
  /// How much an idle worker saves up: what its share gives in this time. It costs the same part
  /// of every minute (300 ms: 0.5 %), because a window may hold a minute's share and the savings.
  public let burst: Duration
  /// The part of what is admitted that interactive calls get while backfill waits too, 0 to 1.
  /// At 1 backfill goes only when nothing else waits.
  public let interactiveFloor: Double

  /// Checks and holds the values.
  ///
  /// - Throws: ``DeploymentError`` that names the first wrong key, its value and what is allowed.
  public init(
    requestsPerMinute: Int? = nil, tokensPerMinute: Int? = nil, inputTokensPerMinute: Int? = nil,
    outputTokensPerMinute: Int? = nil, burst: Duration = .milliseconds(300),
    interactiveFloor: Double = 0.9
  ) throws(DeploymentError) {
    self.requestsPerMinute = try Self.limit(requestsPerMinute, key: "requestsPerMinute")
    self.tokensPerMinute = try Self.limit(tokensPerMinute, key: "tokensPerMinute")
    self.inputTokensPerMinute = try Self.limit(inputTokensPerMinute, key: "inputTokensPerMinute")
    self.outputTokensPerMinute = try Self.limit(
      outputTokensPerMinute, key: "outputTokensPerMinute")
    guard burst >= .milliseconds(100), burst <= .seconds(5) else {
      throw DeploymentError(key: "burst", value: "\(burst)", allowed: "100 ms to 5 s")
    }
    self.burst = burst
    guard (0...1).contains(interactiveFloor) else {
      throw DeploymentError(
        key: "interactiveFloor", value: "\(interactiveFloor)", allowed: "0 to 1")
    }
    self.interactiveFloor = interactiveFloor
  }

  /// No limit in any dimension.
  public static let none = DeploymentLimits(without: ())

  private init(without: Void) {
    (requestsPerMinute, tokensPerMinute) = (nil, nil)
    (inputTokensPerMinute, outputTokensPerMinute) = (nil, nil)
    burst = .milliseconds(300)
    interactiveFloor = 0.9
  }

  private static func limit(_ value: Int?, key: String) throws(DeploymentError) -> Int? {
    guard let value else { return nil }
    guard (1...1_000_000_000_000).contains(value) else {
      throw DeploymentError(
        key: key, value: "\(value)",
        allowed: "1 to 1000000000000, or leave the key out where the provider sets no limit")
    }
    return value
  }
}
