import Foundation

/// What became of a redrive, or would, for people as lines, and for machines as JSON.
public struct RedriveText: Sendable {
  let counts: RedriveCounts
  let isDry: Bool

  public init(counts: RedriveCounts, isDry: Bool) {
    self.counts = counts
    self.isDry = isDry
  }

  public var lines: [String] {
    let head =
      isDry
      ? "would redrive \(counts.chosen) of \(counts.matched) dead letters"
      : "redriven \(counts.redriven) of \(counts.matched) dead letters"
    let parts: [(Int, String)] = [
      (counts.alreadyRedriven, "redriven before (--again)"),
      (counts.answeredSince, "with a newer highlight (--answered)"),
      (counts.cut, "cut to fit their topic"),
      (counts.withoutOrigin, "from no topic that is read here"),
      (counts.vanished, "deleted meanwhile"),
      (counts.refused, "refused by the broker"),
    ]
    let left = parts.filter { $0.0 > 0 }.map { "  left: \($0.0) \($0.1)" }
    let late =
      counts.pastDeadline > 0
      ? ["  of them \(counts.pastDeadline) past their deadline: they will end as expired"] : []
    return [head] + left + late
  }

  /// One object on one line.
  public func json() throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    encoder.keyEncodingStrategy = .convertToSnakeCase
    return String(decoding: try encoder.encode(counts), as: UTF8.self)
  }
}
