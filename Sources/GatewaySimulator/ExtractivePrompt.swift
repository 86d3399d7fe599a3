/// A highlight prompt read back from the text of its user message.
///
/// The form is that of the prompt's writer, where `M` is a marker of the request, 8 characters of
/// `[a-z0-9]`:
///
/// ```
/// <search-M>what is searched for</search-M>
/// <locale>en</locale>
/// <spaces>C</spaces>
/// <videos-M>
/// M [v1] Title — @creator
/// M [v1#0] text of a segment
/// </videos-M>
/// ```
///
/// The `<spaces>` line stands only where words are joined: each `C` in the search, the headings and
/// the texts is then read as a space. What looks like a label or a tag inside a text is text: a
/// line counts only with the marker, and only at its start.
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
  public internal(set) var videos: [Video]

  /// Reads the text of a user message, in time linear in its length.
  ///
  /// - Throws: ``ExtractivePromptError`` naming the first part that is not as agreed.
  public init(parsing text: String) throws(ExtractivePromptError) {
    // Bytes, not characters: a character may join a line break with its neighbour, and only U+000A
    // ends a line here.
    var lines = text.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
      .map { Substring($0) }[...]
    while lines.last?.allSatisfy(\.isWhitespace) == true { lines.removeLast() }

    let first = lines.popFirst() ?? ""
    guard let marker = Self.marker(of: first),
      let search = Self.content(of: "search-\(marker)", in: first)
    else { throw .missing("<search-M>…</search-M> as its first line, M being 8 of a-z and 0-9") }
    guard let locale = Self.content(of: "locale", in: lines.popFirst() ?? "") else {
      throw .missing("<locale>…</locale> as its second line")
    }
    var joiner: Unicode.Scalar?
    if lines.first?.utf8.starts(with: "<spaces>".utf8) == true {
      let content = Self.content(of: "spaces", in: lines.removeFirst())
      guard let scalars = content?.unicodeScalars, scalars.count == 1 else {
        throw .missing("one character between <spaces> and </spaces>")
      }
      joiner = scalars.first
    }
    guard lines.popFirst() == "<videos-\(marker)>" else {
      throw .missing("a <videos-\(marker)> line before its videos")
    }
    guard lines.popLast() == "</videos-\(marker)>" else {
      throw .missing("</videos-\(marker)> as the last line")
    }
    self.search = Self.spaced(search, joiner)
    self.locale = locale
    var videos: [Video] = []
    for line in lines { try Self.append(line, marked: "\(marker) [v", joiner, to: &videos) }
    self.videos = videos
  }

  /// The marker in `<search-M>` at the start of the first line; nil where none stands there.
  private static func marker(of line: Substring) -> String? {
    let tag = "<search-".utf8
    guard line.utf8.starts(with: tag) else { return nil }
    let marker = line.utf8.dropFirst(tag.count).prefix(8)
    let isMarker =
      marker.count == 8
      && marker.allSatisfy { (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) }
    return isMarker ? String(Substring(marker)) : nil
  }

  /// What stands between a tag at the start and its end tag at the end; nil without either.
  private static func content(of tag: String, in text: Substring) -> String? {
    let (start, end) = ("<\(tag)>".utf8, "</\(tag)>".utf8)
    guard text.utf8.starts(with: start), text.utf8.reversed().starts(with: end.reversed()),
      text.utf8.count >= start.count + end.count
    else { return nil }
    return String(Substring(text.utf8.dropFirst(start.count).dropLast(end.count)))
  }

  /// The text with a space for each `joiner`.
  private static func spaced(_ text: String, _ joiner: Unicode.Scalar?) -> String {
    guard let joiner else { return text }
    // Scalars, not characters: a mark after the joiner makes one character of both.
    var scalars = String.UnicodeScalarView()
    for scalar in text.unicodeScalars { scalars.append(scalar == joiner ? " " : scalar) }
    return String(scalars)
  }

  private static func append(
    _ line: Substring, marked start: String, _ joiner: Unicode.Scalar?, to videos: inout [Video]
  ) throws(ExtractivePromptError) {
    guard line.utf8.starts(with: start.utf8),
      let close = line.utf8.firstIndex(of: UInt8(ascii: "]"))
    else { throw .unknownLine(String(line.prefix(80))) }
    let label = line[line.utf8.index(line.startIndex, offsetBy: start.utf8.count - 1)..<close]
    let numbers = label.dropFirst().split(separator: "#", omittingEmptySubsequences: false)
      .map { $0.utf8.allSatisfy { (0x30...0x39).contains($0) } ? Int($0) : nil }
    let rest = line[line.utf8.index(after: close)...].utf8
    let text = Self.spaced(
      String(Substring(rest.first == UInt8(ascii: " ") ? rest.dropFirst() : rest)), joiner)
    switch (numbers.count, numbers.first ?? nil, numbers.last ?? nil) {
    case (1, let number?, _) where number == videos.count + 1:
      videos.append(Video(heading: text, segments: []))
    case (2, let number?, _?) where number == videos.count && number > 0:
      videos[number - 1].segments.append(Segment(label: String(label), text: text))
    case (1...2, _?, _?): throw .outOfOrder(String(label))
    default: throw .unknownLine(String(line.prefix(80)))
    }
  }
}

/// Why a text is not a highlight prompt.
public enum ExtractivePromptError: Error, Equatable, CustomStringConvertible {
  /// A part that every prompt has is not there.
  case missing(String)
  /// A line among the videos without the marker or without a label; its first 80 characters.
  case unknownLine(String)
  /// A label that does not continue the ones above it: videos count from 1 without gaps.
  case outOfOrder(String)

  /// The fault, and what a prompt has to have there.
  public var description: String {
    switch self {
    case .missing(let part): "not a highlight prompt: it has to have \(part)"
    case .unknownLine(let line):
      "not a highlight prompt: the line \"\(line)\" starts with neither M [vN] nor M [vN#K], "
        + "M being the marker of the first line"
    case .outOfOrder(let label):
      "not a highlight prompt: [\(label)] does not follow its video, or skips a number"
    }
  }
}
