/// Something that goes wrong with a request.
public enum SimulatedFault: Hashable, Sendable {
  /// An error of the gateway at once: 408 or 500 to 599.
  case status(Int)
  /// No answer until the cause has ended or the client leaves.
  case stall
  /// The connection is reset before the answer.
  case reset
  /// The connection is closed in good order before the answer. The port stays open, for `/admin`.
  case refuse
  /// The connection ends within the body.
  case truncated
  /// A complete response whose JSON is cut off.
  case truncatedJSON
  /// A complete response that is no JSON.
  case malformedJSON
  /// The first byte comes ``GatewayBehavior/slowBy`` later than due.
  case slow
  /// The model refuses to answer.
  case refusal
  /// The prompt is filtered: 400.
  case contentFilter
  /// The answer is filtered: finish reason `content_filter`.
  case contentFilterFinish
  /// Content that breaks the schema asked for.
  case invalidContent
  /// The account's quota is exhausted: 429 that waiting does not end.
  case insufficientQuota
  /// The gateway's budget is exceeded.
  case budgetExceeded
  /// Capacity shared with others is short: 429 below one's own limits.
  case highDemand

  private static let named: [(name: String, fault: SimulatedFault)] = [
    ("stall", .stall), ("reset", .reset), ("refuse", .refuse), ("truncated", .truncated),
    ("truncated_json", .truncatedJSON), ("malformed_json", .malformedJSON), ("slow", .slow),
    ("refusal", .refusal), ("content_filter", .contentFilter),
    ("content_filter_finish", .contentFilterFinish), ("invalid_content", .invalidContent),
    ("insufficient_quota", .insufficientQuota), ("budget_exceeded", .budgetExceeded),
    ("high_demand", .highDemand),
  ]

  /// The names that there are, to say what is allowed.
  static let names = "408, 500 to 599, " + named.map(\.name).joined(separator: ", ")

  /// A fault by its name or its status; nil if there is none.
  public init?(name: String) {
    if let fault = Self.named.first(where: { $0.name == name })?.fault {
      self = fault
    } else if let status = Int(name), status == 408 || (500...599).contains(status) {
      self = .status(status)
    } else {
      return nil
    }
  }

  /// The name in settings and in the ledger.
  public var name: String {
    if case .status(let status) = self { return "\(status)" }
    return Self.named.first { $0.fault == self }?.name ?? ""
  }

  /// Whether it comes before the limits and counts against none of them.
  var isBeforeLimits: Bool {
    switch self {
    case .status, .stall, .reset, .refuse, .insufficientQuota, .budgetExceeded, .highDemand: true
    default: false
    }
  }
}
