/// What a run comes to without gold.
public struct RunCounts: Sendable, Hashable, Codable {
  public let searches: Int
  public let answered: Int
  public let declined: Int
  public let filtered: Int
  public let failed: Int

  /// Sentences the model wrote.
  public let sentencesWritten: Int
  /// Sentences published as grounded.
  public let sentencesPublished: Int
  /// Those of them in which each citation's quote stands in its segment.
  public let sentencesVerified: Int
  /// Sentences published as the model's own knowledge: they cite nothing.
  public let sentencesGeneral: Int
  /// Of the grounded sentences published, the share verified; nil where none was published.
  public let verifiedShare: Double?
  /// Why published sentences are not verified.
  public let faults: [String: Int]
  /// Why sentences were not published.
  public let dropReasons: [String: Int]
  /// Why searches were declined, filtered or failed.
  public let reasons: [String: Int]
  public let flaggedSegments: Int

  public let inputTokens: Int
  public let outputTokens: Int
  /// In millionths, by currency.
  public let costMicros: [String: Int]

  init(_ searches: [ScoredSearch]) {
    func count(_ decision: Decision) -> Int { searches.count { $0.decision == decision } }
    self.searches = searches.count
    answered = count(.answered)
    declined = count(.declined)
    filtered = count(.filtered)
    failed = count(.failed)

    let grounded = searches.flatMap(\.groundedSentences)
    sentencesWritten = searches.reduce(0) { $0 + $1.written }
    sentencesPublished = grounded.count
    sentencesVerified = grounded.count { $0.fault == nil }
    sentencesGeneral = searches.reduce(0) { $0 + $1.sentences.count } - grounded.count
    verifiedShare = ratio(sentencesVerified, of: sentencesPublished)
    faults = Self.tally(grounded.compactMap { $0.fault?.rawValue }.map { ($0, 1) })
    dropReasons = Self.tally(searches.flatMap(\.dropReasons).map { ($0.key, $0.value) })
    reasons = Self.tally(searches.map(\.reason).filter { !$0.isEmpty }.map { ($0, 1) })
    flaggedSegments = searches.reduce(0) { $0 + $1.flaggedSegments }

    inputTokens = searches.reduce(0) { $0 + $1.inputTokens }
    outputTokens = searches.reduce(0) { $0 + $1.outputTokens }
    costMicros = Self.tally(
      searches.filter { $0.costMicros > 0 }.map { ($0.currency, $0.costMicros) })
  }

  private static func tally(_ counted: [(String, Int)]) -> [String: Int] {
    Dictionary(counted, uniquingKeysWith: +)
  }
}
