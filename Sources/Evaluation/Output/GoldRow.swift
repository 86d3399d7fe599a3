/// A line of the table that sets a run beside the baselines.
struct GoldRow: Sendable {
  let name: String
  /// Whether it is drawn as bars too.
  let isCharted: Bool
  /// What a bar shows; nil where it is undefined.
  let share: @Sendable (GoldFigures) -> Double?
  let text: @Sendable (GoldFigures) -> String

  private init(
    _ name: String, isCharted: Bool = true, _ share: @escaping @Sendable (GoldFigures) -> Double?
  ) {
    self.init(name, isCharted: isCharted, share) { FigureText.percent(share($0)) }
  }

  private init(
    _ name: String, isCharted: Bool, _ share: @escaping @Sendable (GoldFigures) -> Double?,
    text: @escaping @Sendable (GoldFigures) -> String
  ) {
    self.name = name
    self.isCharted = isCharted
    self.share = share
    self.text = text
  }

  static let all: [GoldRow] = [
    GoldRow("answered precision") { $0.answeredPrecision },
    GoldRow("answered recall") { $0.answeredRecall },
    GoldRow("answered F1") { $0.answeredF1 },
    GoldRow("declined precision") { $0.declinedPrecision },
    GoldRow("declined recall") { $0.declinedRecall },
    GoldRow("declined F1", isCharted: false) { $0.declinedF1 },
    GoldRow("unanswerable declined", isCharted: false) {
      $0.declinedRecall
    } text: {
      "\($0.declinedUnanswerable) of \($0.unanswerable)"
    },
    GoldRow("balanced accuracy") { $0.balancedAccuracy },
    GoldRow("citation precision") { $0.citationPrecision },
    GoldRow("citation recall") { $0.citationRecall },
    GoldRow("citation F1") { $0.citationF1 },
    GoldRow("citation F1, mean of searches", isCharted: false) { $0.citationMacroF1 },
  ]
}
