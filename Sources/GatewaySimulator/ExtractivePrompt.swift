/// A highlight prompt read back from the text of its user message.
///
/// The form is that of the prompt's writer: a `<search>` line, a `<locale>` line, then between
/// `<videos>` and `</videos>` one line for each video (`[v1] Title — @creator`), each followed by
/// its segments (`[v1#0] text`).
public struct ExtractivePrompt: Sendable, Equatable {
  /// One line of a video's transcript.
  public struct Segment: Sendable, Equatable {
    /// What a citation names it by, such as `v1#0`.
    public let label: String
    /// The text as the prompt has it: quotes are verbatim parts of this.
    public let text: String
  }

  /// A video and its segments, in the order of the prompt.
  public struct Video: Sendable, Equatable {
    /// The title line without its label, so with the creator after ` — @` where there is one.
    public let heading: String
    /// The transcript; may be empty.
    public internal(set) var segments: [Segment]

    /// The heading without the creator.
    public var title: Substring {
      var end = heading.endIndex
      while let at = heading[..<end].lastIndex(of: "@") {
        if heading[..<at].hasSuffix(" — ") { return heading[..<at].dropLast(3) }
        end = at
      }
      return heading[...]
    }
  }

  /// What was searched for.
  public let search: String
  /// BCP 47, as written.
  public let locale: String
  /// Best ranked first.
  public let videos: [Video]

  /// Reads the text of a user message, in time linear in its length.
  ///
  /// - Throws: ``ExtractivePromptError`` naming the first part that is not as agreed.
  public init(parsing text: String) throws(ExtractivePromptError) {
    // Bytes, not characters: a character may join a line break with its neighbour, and only U+000A
    // ends a line here.
    var lines = text.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
      .map { Substring($0) }[...]
    while lines.last?.allSatisfy(\.isWhitespace) == true { lines.removeLast() }

    guard let localeIndex = lines.firstIndex(where: { $0.utf8.starts(with: "<locale>".utf8) })
    else { throw .missing("a line that starts with <locale>") }
    let opening = lines[..<localeIndex].joined(separator: "\n")
    guard let search = Self.content(of: "search", in: opening[...]) else {
      throw .missing("<search>…</search> above the <locale> line")
    }
    self.search = search
    guard let locale = Self.content(of: "locale", in: lines[localeIndex]) else {
      throw .missing("</locale> at the end of its line")
    }
    self.locale = locale

    lines = lines[(localeIndex + 1)...]
    guard lines.first == "<videos>" else { throw .missing("a <videos> line below <locale>") }
    guard lines.count > 1, lines.last == "</videos>" else {
      throw .missing("</videos> as the last line")
    }
    var videos: [Video] = []
    for line in lines.dropFirst().dropLast() {
      try Self.append(line, to: &videos)
    }
    self.videos = videos
  }

  /// What stands between a tag at the start and its end tag at the end; nil without either.
  private static func content(of tag: String, in text: Substring) -> String? {
    let (start, end) = ("<\(tag)>".utf8, "</\(tag)>".utf8)
    guard text.utf8.starts(with: start), text.utf8.reversed().starts(with: end.reversed()),
      text.utf8.count >= start.count + end.count
    else { return nil }
    return String(Substring(text.utf8.dropFirst(start.count).dropLast(end.count)))
  }

  private static func append(
    _ line: Substring, to videos: inout [Video]
  ) throws(ExtractivePromptError) {
    guard line.utf8.starts(with: "[v".utf8),
      let close = line.utf8.firstIndex(of: UInt8(ascii: "]"))
    else { throw .unknownLine(String(line.prefix(80))) }
    let label = line[line.utf8.index(after: line.startIndex)..<close]
    let parts = label.dropFirst().split(separator: "#", omittingEmptySubsequences: false)
    guard let number = Int(parts[0]) else { throw .unknownLine(String(line.prefix(80))) }
    let rest = line[line.utf8.index(after: close)...].utf8
    let text = String(Substring(rest.first == UInt8(ascii: " ") ? rest.dropFirst() : rest))
    switch parts.count {
    case 1 where number == videos.count + 1:
      videos.append(Video(heading: text, segments: []))
    case 2 where number == videos.count && number > 0 && Int(parts[1]) != nil:
      videos[number - 1].segments.append(Segment(label: String(label), text: text))
    default:
      throw .outOfOrder(String(label))
    }
  }
}

/// Why a text is not a highlight prompt.
public enum ExtractivePromptError: Error, Equatable, CustomStringConvertible {
  /// A part that every prompt has is not there.
  case missing(String)
  /// A line between `<videos>` and `</videos>` without a label; its first 80 characters.
  case unknownLine(String)
  /// A label that does not continue the ones above it: videos count from 1 without gaps.
  case outOfOrder(String)

  /// The fault, and what a prompt has to have there.
  public var description: String {
    switch self {
    case .missing(let part): "not a highlight prompt: it has to have \(part)"
    case .unknownLine(let line):
      "not a highlight prompt: the line \"\(line)\" starts with neither [vN] nor [vN#M]"
    case .outOfOrder(let label):
      "not a highlight prompt: [\(label)] does not follow its video, or skips a number"
    }
  }
}
