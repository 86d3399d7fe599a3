/// What a gateway simulator has done since it was made; `GET /stats` shows it.
public struct GatewaySimulatorStatistics: Sendable, Equatable, Codable {
  /// Chat requests received, whatever became of them.
  public internal(set) var requests = 0
  /// Requests being answered now, without those that wait.
  public internal(set) var inFlight = 0
  /// The most ever answered at once.
  public internal(set) var maxInFlight = 0
  /// Requests waiting now.
  public internal(set) var queued = 0
  /// Requests refused with 503 because too many waited.
  public internal(set) var refused = 0
  /// Requests answered 200.
  public internal(set) var completed = 0
  /// Estimated prompt tokens of the completed requests.
  public internal(set) var promptTokens = 0
  /// Estimated completion tokens of the completed requests.
  public internal(set) var completionTokens = 0

  enum CodingKeys: String, CodingKey {
    case requests
    case inFlight = "in_flight"
    case maxInFlight = "max_in_flight"
    case queued, refused, completed
    case promptTokens = "prompt_tokens"
    case completionTokens = "completion_tokens"
  }
}
