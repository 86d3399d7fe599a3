@testable import HighlightsCommand

extension ConfigurationReferenceTests {
  /// The file as the schema has it.
  static func render() -> String {
    var text = """
      # Every setting, its default and what it means. This file may be used as it is, or shortened
      # to what differs: what is left out takes the default.
      #
      # Environment variables count over this file (kafka.client_id is HIGHLIGHTS_KAFKA_CLIENT_ID),
      # --set kafka.client_id=NAME counts over both. Durations are whole numbers of ms, s, m, h or
      # d, sizes of B, KiB, MiB or GiB. In variables and behind --set, commas separate a list's
      # items.

      """
    for section in ConfigurationSchema.sections {
      text += "\n# \(section.comment)\n\(section.name):\n"
      var open: [String] = [section.name]
      for key in section.keys {
        let headings = Array(key.path.dropLast())
        for depth in 1..<max(headings.count, 1) where depth >= open.count || headings != open {
          text += "\(indent(depth))\(headings[depth]):\n"
        }
        open = headings
        let indent = indent(headings.count)
        for line in key.comment.split(separator: "\n") { text += "\(indent)# \(line)\n" }
        text += "\(indent)\(key.path.last ?? ""): \(value(key))\n"
      }
    }
    return text
  }

  private static func indent(_ depth: Int) -> String { String(repeating: "  ", count: depth) }

  private static func value(_ key: ConfigurationKey) -> String {
    switch key.kind {
    case .text, .secret: "\"\(key.defaultText)\""
    case .list:
      "[\(key.defaultText.split(separator: ",").map { "\"\($0)\"" }.joined(separator: ", "))]"
    case .integer, .number, .duration, .bytes, .choice: key.defaultText
    }
  }
}
