import Foundation
import HighlightsProtocol

/// Dead letters in numbers, for people as a table, and for machines as JSON. Reasons and topics are what headers say.
public struct LetterListText: Sendable {
  let list: LetterList
  let topic: String

  public init(list: LetterList, topic: String) {
    self.list = list
    self.topic = topic
  }

  public var lines: [String] {
    guard list.count > 0 else { return ["0 dead letters in \(topic)"] }
    let rows =
      [["reason", "from", "letters", "redriven", "oldest", "newest"]]
      + list.groups.map { group in
        [
          group.reason.isEmpty ? "(unknown)" : group.reason,
          group.topic.isEmpty ? "(unknown)" : group.topic, "\(group.count)", "\(group.redriven)",
          group.oldest?.description ?? "", group.newest?.description ?? "",
        ]
      }
    let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
    let lines = rows.map { row in
      zip(row, widths).map { $0 + String(repeating: " ", count: $1 - $0.count) }
        .joined(separator: "  ").trimmingCharacters(in: .whitespaces)
    }
    return lines + ["\(list.count) dead letters in \(topic)"]
  }

  /// One object on one line.
  public func json() throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    let object = Object(
      topic: topic, letters: list.count,
      groups: list.groups.map {
        .init(
          reason: $0.reason, from: $0.topic, letters: $0.count, redriven: $0.redriven,
          bytes: $0.bytes, oldest: $0.oldest?.description, newest: $0.newest?.description)
      })
    return String(decoding: try encoder.encode(object), as: UTF8.self)
  }

  private struct Object: Encodable {
    struct Group: Encodable {
      let reason, from: String
      let letters, redriven, bytes: Int
      let oldest, newest: String?
    }

    let topic: String
    let letters: Int
    let groups: [Group]
  }
}
