import Foundation
import HighlightsProtocol

/// Which dead letters are meant; without anything set, all.
public struct LetterFilter: Sendable, Hashable, CustomStringConvertible {
  /// Any of these; empty for all.
  public var reasons: Set<String> = []
  /// Any of these topics it was first consumed from; empty for all.
  public var topics: Set<String> = []
  /// Given up at this moment or later.
  public var since: UnixTime?
  /// Given up before this moment.
  public var until: UnixTime?
  /// Stands in the search's text, whatever case and accents; what cannot be read never matches.
  public var text: String?
  /// By partition; nil for all.
  public var offsets: [Int32: OffsetRanges]?

  public init() {}

  public func matches(_ letter: Letter) -> Bool {
    if let offsets, offsets[letter.partition]?.contains(letter.offset) != true { return false }
    if !reasons.isEmpty, !reasons.contains(letter.reason) { return false }
    if !topics.isEmpty, !topics.contains(letter.origin?.topic ?? "") { return false }
    if since != nil || until != nil {
      guard let diedAt = letter.diedAt else { return false }
      if let since, diedAt < since.milliseconds { return false }
      if let until, diedAt >= until.milliseconds { return false }
    }
    if let text {
      guard let search = letter.search else { return false }
      return Self.folded(search.text).contains(Self.folded(text))
    }
    return true
  }

  private static func folded(_ text: String) -> String {
    text.folding(
      options: [.caseInsensitive, .diacriticInsensitive, .widthInsensitive], locale: nil)
  }

  /// In words, for whoever reads later what was done.
  public var description: String {
    var words: [String] = []
    if !reasons.isEmpty { words.append("reason \(reasons.sorted().joined(separator: " or "))") }
    if !topics.isEmpty { words.append("topic \(topics.sorted().joined(separator: " or "))") }
    if let since { words.append("since \(since)") }
    if let until { words.append("until \(until)") }
    if let text { words.append("text \"\(text.prefix(80))\"") }
    if let offsets {
      words.append(
        "offsets of partitions \(offsets.keys.sorted().map(String.init).joined(separator: ", "))")
    }
    return words.isEmpty ? "all" : words.joined(separator: ", ")
  }
}
