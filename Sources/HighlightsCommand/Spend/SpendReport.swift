import Foundation

/// ``Spend`` for people, as a table, and for machines, as JSON.
struct SpendReport: Sendable {
  let spend: Spend

  private static let titles = [
    "model", "prompt", "lane", "searches", "calls", "tokens in", "tokens out", "wasted", "cost",
    "unchanged", "saved",
  ]
  /// Columns of words; the others are of numbers.
  private static let leading = 3
  /// Enough of a prompt's hash to tell versions apart.
  private static let promptLength = 12

  /// A line a group under their titles, and one for all; nothing without an outcome.
  var table: [String] {
    guard !spend.groups.isEmpty else { return [] }
    let groups = spend.groups.sorted { $0.key < $1.key }.map { group, count in
      row(
        [group.model, String(group.promptVersion.prefix(Self.promptLength)), group.lane], count,
        spend.saved(in: group))
    }
    let rows = [Self.titles] + groups + [row(["all", "", ""], spend.total, spend.saved)]
    let widths = Self.titles.indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
    return rows.map { row in
      let cells = zip(row, widths).enumerated().map { column, cell in
        let gap = String(repeating: " ", count: cell.1 - cell.0.count)
        return column < Self.leading ? cell.0 + gap : gap + cell.0
      }
      return cells.joined(separator: "  ")
    }
  }

  private func row(_ names: [String], _ count: Spend.Count, _ saved: Money) -> [String] {
    let names = names.map { HighlightText.plain($0) }.map { $0.isEmpty ? "-" : $0 }
    let tokens = [count.inputTokens, count.outputTokens, count.wastedTokens].map { "\($0)" }
    let (cost, spared) = (count.cost.text, saved.text)
    return names + ["\(count.searches)", "\(count.calls)"] + tokens
      + [cost.isEmpty ? "-" : HighlightText.plain(cost), "\(count.unchanged)"]
      + [spared.isEmpty ? "-" : HighlightText.plain(spared)]
  }

  /// What the table cannot say; each a sentence.
  var notes: [String] {
    var notes: [String] = []
    if spend.repeated > 0 {
      let cost = spend.repeatedCost.text
      notes.append(
        "\(spend.repeated) outcomes are of a search that is counted already, which was done twice"
          + (cost.isEmpty ? "; they are left out" : ", at \(cost); they are left out"))
    }
    if spend.redriven > 0 {
      notes.append(
        "\(spend.redriven) outcomes are of searches that had died and were redriven: what they took "
          + "counts, and each search once")
    }
    let total = spend.total
    if total.unpriced > 0 {
      notes.append(
        "\(total.unpriced) searches with calls have no cost: their workers knew no price "
          + "(gateway.models_file)")
    }
    if total.unchanged > 0 {
      notes.append(
        "unchanged searches needed no call; saved is what they would have cost at the mean of the "
          + "others")
    }
    return notes.map { HighlightText.plain($0) }
  }

  // MARK: JSON

  /// One object on one line.
  func json() throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    let groups = spend.groups.sorted { $0.key < $1.key }.map { group, count in
      Row(
        model: group.model, promptVersion: group.promptVersion, lane: group.lane,
        figures: Figures(count, saved: spend.saved(in: group)))
    }
    let object = Object(
      groups: groups, total: Figures(spend.total, saved: spend.saved),
      repeated: Repeated(outcomes: spend.repeated, cost: Amount.all(spend.repeatedCost)))
    return String(decoding: try encoder.encode(object), as: UTF8.self)
  }

  private struct Object: Encodable {
    let groups: [Row]
    let total: Figures
    let repeated: Repeated
  }

  private struct Repeated: Encodable {
    let outcomes: UInt64
    let cost: [Amount]
  }

  private struct Row: Encodable {
    let model: String
    let promptVersion: String
    let lane: String
    let figures: Figures

    enum Key: String, CodingKey {
      case model, lane
      case promptVersion = "prompt_version"
    }

    func encode(to encoder: any Encoder) throws {
      try figures.encode(to: encoder)
      var values = encoder.container(keyedBy: Key.self)
      try values.encode(model, forKey: .model)
      try values.encode(promptVersion, forKey: .promptVersion)
      try values.encode(lane, forKey: .lane)
    }
  }

  private struct Figures: Encodable {
    let searches, calls, inputTokens, outputTokens, wastedTokens, unpriced, unchanged: UInt64
    let cost, saved: [Amount]

    init(_ count: Spend.Count, saved: Money) {
      searches = count.searches
      calls = count.calls
      inputTokens = count.inputTokens
      outputTokens = count.outputTokens
      wastedTokens = count.wastedTokens
      unpriced = count.unpriced
      unchanged = count.unchanged
      cost = Amount.all(count.cost)
      self.saved = Amount.all(saved)
    }

    enum CodingKeys: String, CodingKey {
      case searches, calls, unpriced, unchanged, cost, saved
      case inputTokens = "input_tokens"
      case outputTokens = "output_tokens"
      case wastedTokens = "wasted_tokens"
    }
  }

  private struct Amount: Encodable {
    let currency: String
    let micros: UInt64

    static func all(_ money: Money) -> [Amount] {
      money.micros.sorted { $0.key < $1.key }.map { Amount(currency: $0.key, micros: $0.value) }
    }
  }
}
