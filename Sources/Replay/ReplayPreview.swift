import HighlightsProtocol

/// How many tokens a search takes, before anybody has asked.
///
/// Input is what the payload has, one token for four ASCII bytes and one for every other code point, but no more than
/// the evidence may have; and the prompt around it.
public struct TokenRule: Sendable {
  public var promptTokens: Int
  public var evidenceTokens: Int
  public var outputTokens: Int

  public init(promptTokens: Int, evidenceTokens: Int, outputTokens: Int) {
    self.promptTokens = promptTokens
    self.evidenceTokens = evidenceTokens
    self.outputTokens = outputTokens
  }

  func inputTokens(of payload: UnsafeRawBufferPointer) -> Int {
    var (ascii, others) = (0, 0)
    for byte in payload {
      if byte < 0x80 { ascii += 1 } else if byte >= 0xC0 { others += 1 }
    }
    return promptTokens + min(evidenceTokens, (ascii + 3) / 4 + others)
  }
}

/// What a replay would publish, as the topics are now.
public struct ReplayPreview: Sendable, Hashable {
  public internal(set) var counts = ReplayCounts()
  /// Messages that would be published.
  public internal(set) var messages = 0
  public internal(set) var payloadBytes = 0
  /// Estimated.
  public internal(set) var inputTokens = 0
  /// Estimated: at most so many.
  public internal(set) var outputTokens = 0

  public init() {}

  mutating func add(_ item: ReplayItem, _ rule: TokenRule) {
    guard case .measured(let bytes, let tokens) = item.content else { return }
    messages += 1
    payloadBytes += bytes
    inputTokens += tokens
    outputTokens += rule.outputTokens
  }
}
