/// How decisions and citations compare with what people decided.
///
/// Ratios of nothing are nil. A search that failed or was filtered is neither answered nor declined:
/// it counts against recall. A citation in an answer to what cannot be answered is wrong, and the
/// gold segments of an answerable search without an answer are missed.
public struct GoldFigures: Sendable, Hashable, Codable {
  public let answerable: Int
  public let unanswerable: Int
  public let answeredAnswerable: Int
  public let answeredUnanswerable: Int
  public let declinedAnswerable: Int
  public let declinedUnanswerable: Int

  /// Of what was answered, the share that can be.
  public let answeredPrecision: Double?
  /// Of what can be answered, the share that was.
  public let answeredRecall: Double?
  public let answeredF1: Double?
  /// Of what was declined, the share that cannot be answered.
  public let declinedPrecision: Double?
  /// Of what cannot be answered, the share that was declined.
  public let declinedRecall: Double?
  public let declinedF1: Double?
  /// The mean of both recalls: 0.5 for deciding always the same.
  public let balancedAccuracy: Double?

  /// Distinct (video, segment) pairs, summed over searches.
  public let citations: CitationCount
  public let citationPrecision: Double?
  public let citationRecall: Double?
  public let citationF1: Double?
  /// The mean of each search's own F1, over searches that have one.
  public let citationMacroF1: Double?

  /// Nil for no judgement at all.
  init?(_ judgements: [Judgement]) {
    guard !judgements.isEmpty else { return nil }
    func count(_ decision: Decision, answerable: Bool) -> Int {
      judgements.count { $0.decision == decision && $0.answerable == answerable }
    }
    answerable = judgements.count(where: \.answerable)
    unanswerable = judgements.count - answerable
    answeredAnswerable = count(.answered, answerable: true)
    answeredUnanswerable = count(.answered, answerable: false)
    declinedAnswerable = count(.declined, answerable: true)
    declinedUnanswerable = count(.declined, answerable: false)

    let answered = answeredAnswerable + answeredUnanswerable
    let declined = declinedAnswerable + declinedUnanswerable
    answeredPrecision = ratio(answeredAnswerable, of: answered)
    answeredRecall = ratio(answeredAnswerable, of: answerable)
    answeredF1 = ratio(2 * answeredAnswerable, of: answered + answerable)
    declinedPrecision = ratio(declinedUnanswerable, of: declined)
    declinedRecall = ratio(declinedUnanswerable, of: unanswerable)
    declinedF1 = ratio(2 * declinedUnanswerable, of: declined + unanswerable)
    if let answeredRecall, let declinedRecall {
      balancedAccuracy = (answeredRecall + declinedRecall) / 2
    } else {
      balancedAccuracy = nil
    }

    let each = judgements.compactMap(\.citations)
    citations = each.reduce(CitationCount(), +)
    citationPrecision = citations.precision
    citationRecall = citations.recall
    citationF1 = citations.f1
    citationMacroF1 = mean(each.compactMap(\.f1))
  }
}
