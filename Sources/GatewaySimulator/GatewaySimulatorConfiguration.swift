/// How a gateway simulator listens, answers and limits itself.
public struct GatewaySimulatorConfiguration: Sendable {
  /// How long a request takes from the moment it is admitted, the simulator's own work included.
  public enum Latency: Sendable, Equatable {
    /// The same for every request.
    case fixed(Duration)
    /// Half of the requests under `median`, spread by `sigma` (of the logarithm), none over `cap`.
    case logNormal(median: Duration, sigma: Double, cap: Duration)
  }

  /// What a request is answered with.
  public enum Mode: Sendable, Equatable {
    /// The prompt is read and answered with its own segments.
    case extractive
    /// Every request gets the same bytes and its body is not parsed: for load tests, where the
    /// simulator must not be the limit.
    case fixedReply
    /// As ``extractive``, and every instruction found in the prompt is obeyed.
    case gullible
    /// As ``extractive``, mixed with sentences that are false.
    case liar
  }

  /// The address to bind.
  public var host: String
  /// The port to bind; 0 takes any free one.
  public var port: Int
  /// How long requests take.
  public var latency: Latency
  /// The most requests answered at once; nil for no limit. The rest wait in turn.
  public var maxConcurrency: Int?
  /// The most requests that wait; one more is answered 503.
  public var maxQueued: Int
  /// What requests are answered with.
  public var mode: Mode
  /// The key that requests under `/v1` must bear; nil lets everyone in.
  public var apiKey: String?
  /// Fixes the sequence of latencies drawn.
  public var seed: UInt64
  /// The largest request body, in bytes; a larger one is answered 413.
  public var maxRequestBytes: Int
  /// The message content in ``Mode/fixedReply``.
  public var fixedReplyContent: String
  /// What answers in ``Mode/extractive``.
  public var model: ExtractiveModel
  /// What answers in ``Mode/gullible``.
  public var gullible: GullibleModel
  /// What answers in ``Mode/liar``.
  public var liar: LiarModel
  /// What it limits and what goes wrong in it at first; it can be changed while it runs.
  public var behavior: GatewayBehavior

  /// A configuration; each default is what a quick start on one machine wants.
  public init(
    host: String = "127.0.0.1",
    port: Int = 0,
    latency: Latency = .fixed(.zero),
    maxConcurrency: Int? = nil,
    maxQueued: Int = 10_000,
    mode: Mode = .extractive,
    apiKey: String? = nil,
    seed: UInt64 = 0,
    maxRequestBytes: Int = 16 * 1024 * 1024,
    fixedReplyContent: String = #"{"answerable":false,"sentences":[]}"#,
    model: ExtractiveModel = ExtractiveModel(),
    gullible: GullibleModel = GullibleModel(),
    liar: LiarModel = LiarModel(),
    behavior: GatewayBehavior = GatewayBehavior()
  ) {
    self.host = host
    self.port = port
    self.latency = latency
    self.maxConcurrency = maxConcurrency
    self.maxQueued = maxQueued
    self.mode = mode
    self.apiKey = apiKey
    self.seed = seed
    self.maxRequestBytes = maxRequestBytes
    self.fixedReplyContent = fixedReplyContent
    self.model = model
    self.gullible = gullible
    self.liar = liar
    self.behavior = behavior
  }
}
