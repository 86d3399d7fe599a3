import HighlightsProtocol

/// One search of a run: what was asked, and what came out.
public struct EvaluatedSearch: Sendable {
  /// How it ended.
  public enum Ending: Sendable {
    case published(Highlight)
    /// Nothing was published; the reason is a stable word.
    case failed(reason: String)
  }

  /// What the model wrote, as far as it is known.
  public enum Written: Sendable, Hashable {
    case count(Int)
    case sentences([WrittenSentence])

    public var count: Int {
      switch self {
      case .count(let count): count
      case .sentences(let sentences): sentences.count
      }
    }
  }

  /// With its `query_id`, by which its gold answer is found.
  public var search: SearchQuery
  public var ending: Ending
  public var written: Written
  /// Segments that look as if they held instructions.
  public var flaggedSegments: Int
  /// From the search being taken up to its end, failed or not.
  public var latency: Duration
  public var inputTokens: Int
  public var outputTokens: Int
  /// In millionths of `currency`.
  public var costMicros: Int
  /// ISO 4217; empty where nothing was to pay.
  public var currency: String

  public init(
    search: SearchQuery, ending: Ending, written: Written = .count(0), flaggedSegments: Int = 0,
    latency: Duration = .zero, inputTokens: Int = 0, outputTokens: Int = 0, costMicros: Int = 0,
    currency: String = ""
  ) {
    self.search = search
    self.ending = ending
    self.written = written
    self.flaggedSegments = flaggedSegments
    self.latency = latency
    self.inputTokens = inputTokens
    self.outputTokens = outputTokens
    self.costMicros = costMicros
    self.currency = currency
  }
}
