/// Signs that renderers of Markdown and apps take for more than text: emphasis, code, headings,
/// quotes, lists and hashtags.
///
/// A transcript may hold them, and a quote with it; a sentence may have only as many of each as its
/// segments have.
enum Markup {
  static func marks(in text: String) -> [String: Int] {
    guard text.utf8.contains(where: { "#`*_~>-+".utf8.contains($0) }) else { return [:] }
    var marks: [String: Int] = [:]
    for sign in ["`", "**", "__", "~~"] {
      let count = text.split(separator: sign, omittingEmptySubsequences: false).count - 1
      if count > 0 { marks[sign] = count }
    }
    let words = text.split(whereSeparator: \.isWhitespace)
    for word in words where word.first == "#" {
      marks[word.allSatisfy { $0 == "#" } ? "#" : word.lowercased(), default: 0] += 1
    }
    if let first = words.first, [">", "-", "*", "+"].contains(first) { marks["\(first) "] = 1 }
    return marks
  }

  /// Whether a text has no sign that the others, taken together, have not.
  static func isWithin(_ text: String, _ others: [String]) -> Bool {
    let wanted = marks(in: text)
    guard !wanted.isEmpty else { return true }
    var given: [String: Int] = [:]
    for other in others { given.merge(marks(in: other)) { $0 + $1 } }
    return wanted.allSatisfy { $0.value <= given[$0.key, default: 0] }
  }
}
