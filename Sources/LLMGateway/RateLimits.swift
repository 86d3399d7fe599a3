import NIOHTTP1

/// What a response says about requests and tokens left (`x-ratelimit-…`); any part may be absent.
public struct RateLimits: Sendable, Hashable {
  /// What is counted.
  public enum Dimension: String, Sendable, Hashable, CaseIterable {
    case requests, tokens
  }

  /// One of the two limits, which reset apart.
  public struct Window: Sendable, Hashable {
    /// Per window, mostly a minute.
    public var limit: Int?
    /// Left of it, never below 0.
    public var remaining: Int?
    /// Until all of it is there again.
    public var reset: Duration?

    public init(limit: Int? = nil, remaining: Int? = nil, reset: Duration? = nil) {
      self.limit = limit
      self.remaining = remaining
      self.reset = reset
    }

    /// Whether nothing is left.
    public var isExhausted: Bool { remaining == 0 }
    var isEmpty: Bool { self == Window() }
  }

  public let requests: Window
  public let tokens: Window

  public init(requests: Window = Window(), tokens: Window = Window()) {
    self.requests = requests
    self.tokens = tokens
  }

  public subscript(dimension: Dimension) -> Window {
    switch dimension {
    case .requests: requests
    case .tokens: tokens
    }
  }

  /// Whether the response said nothing of limits.
  public var isEmpty: Bool { requests.isEmpty && tokens.isEmpty }
  public var isExhausted: Bool { requests.isExhausted || tokens.isExhausted }

  /// The limit of which nothing is left, when it is one alone.
  var exhaustedDimension: Dimension? {
    let exhausted = Dimension.allCases.filter { self[$0].isExhausted }
    return exhausted.count == 1 ? exhausted[0] : nil
  }

  /// The wait for the exhausted limits, at most 120 s.
  ///
  /// - Parameter named: The limit that the error names, which may not be exhausted though less is left
  ///   than the request needs.
  func wait(for named: Dimension?) -> Duration? {
    Dimension.allCases.filter { $0 == named || self[$0].isExhausted }
      .compactMap { self[$0].reset }.max().map { min($0, RetryAfter.longest) }
  }
}

extension RateLimits {
  /// Reads `x-ratelimit-{limit,remaining,reset}-{requests,tokens}`, and the same of a scope as LiteLLM
  /// sends it (`x-ratelimit-api_key-remaining-tokens`; also `team`, `model_per_key` …).
  ///
  /// All scopes bind, so the one with the least left counts. A response that another deployment gave
  /// (see ``ServedBy``) says nothing of our limits.
  init(_ headers: HTTPHeaders) {
    guard ServedBy(headers)?.spilledFrom == nil else {
      self.init()
      return
    }
    var scopes: [Substring: [Dimension: Window]] = [:]
    for (name, value) in headers where name.utf8.count > 20 && name.utf8.count < 80 {
      let parts = name.lowercased().split(separator: "-")
      guard (4...5).contains(parts.count), parts[0] == "x", parts[1] == "ratelimit",
        let last = parts.last, let dimension = Dimension(rawValue: String(last))
      else { continue }
      let scope = parts.count == 5 ? parts[2] : ""
      scopes[scope, default: [:]][dimension, default: Window()].read(parts[parts.count - 2], value)
    }
    func tightest(_ dimension: Dimension) -> Window {
      scopes.sorted { $0.key < $1.key }.compactMap { $0.value[dimension]?.cleaned }
        .min { $0.remaining ?? .max < $1.remaining ?? .max } ?? Window()
    }
    self.init(requests: tightest(.requests), tokens: tightest(.tokens))
  }
}

extension RateLimits.Window {
  fileprivate mutating func read(_ part: Substring, _ value: String) {
    switch part {
    case "limit": limit = Int(value)
    case "remaining": remaining = Int(value)
    case "reset": reset = ResetDuration.parse(value)
    default: break
    }
  }

  /// A limit below 1 is how some say that there is none; less than nothing left is nothing.
  fileprivate var cleaned: Self {
    var copy = self
    if let limit, limit < 1 { copy.limit = nil }
    if let remaining, remaining < 0 { copy.remaining = copy.limit == nil ? nil : 0 }
    return copy
  }
}
