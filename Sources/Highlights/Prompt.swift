import Mustache

/// What is sent to the model for one search: a system message and a user message.
public struct Prompt: Sendable, Hashable {
  /// The instructions; the same for every search, so that a provider can cache them.
  public let system: String
  /// The search, its locale and the numbered segments.
  public let user: String
  /// What stands in the place of spaces in the data; nil where they are left alone.
  let joint: Character?

  /// Estimated tokens of both messages; see ``TokenEstimate``.
  public var estimatedTokens: Int {
    TokenEstimate.tokens(in: system) + TokenEstimate.tokens(in: user)
  }

  /// Line breaks and control characters inside any text become one space, so that only the
  /// template begins a line, and each line of data begins with a marker nobody could know.
  public init(_ template: PromptTemplate, _ search: Search, _ evidence: Evidence? = nil) {
    var random = SystemRandomNumberGenerator()
    self.init(template, search, evidence, random: &random)
  }

  init(
    _ template: PromptTemplate, _ search: Search, _ evidence: Evidence?,
    random: inout some RandomNumberGenerator
  ) {
    let videos = evidence?.videos ?? []
    let joint = template.marking == .words ? Self.joint(absentFrom: search, videos) : nil
    func data(_ text: String) -> String {
      let line = TextFolding.singleLine(text)
      guard let joint else { return line }
      return String(line.map { $0.isWhitespace ? joint : $0 })
    }
    // Six million million markers: one that stands in the data by chance tells nobody anything.
    let letters = Array("abcdefghijklmnopqrstuvwxyz0123456789")
    let marker = String((0..<8).map { _ in letters.randomElement(using: &random) ?? "m" })
    let joined: Any = joint.map { ["character": String($0)] } ?? false
    let common: [String: Any] = [
      "marker": marker, "search": data(search.text), "locale": search.locale.description,
      "joined": joined,
    ]
    system = Self.trimmed(
      template.system.render([
        "minimum_sentences": template.minimumSentences,
        "maximum_sentences": template.maximumSentences, "joined": joined,
      ]))
    user = Self.trimmed(
      template.user.render(
        common.merging(["videos": videos.map { Self.context($0, data) }]) { _, new in new }))
    self.joint = joint
  }

  /// The reply's text as plain text: models copy what joins the words.
  public func plain(_ reply: String) -> String {
    guard let joint, reply.contains(joint) else { return reply }
    return String(reply.map { $0 == joint ? " " : $0 })
  }

  private static func context(
    _ video: Evidence.Video, _ data: (String) -> String
  ) -> [String: Any] {
    [
      "number": video.number, "title": data(video.title),
      "creator": video.creator.isEmpty ? false as Any : data(video.creator),
      "segments": video.segments.map { ["label": $0.label, "text": data($0.text)] },
    ]
  }

  private static func joint(absentFrom search: Search, _ videos: [Evidence.Video]) -> Character? {
    ["^", "~", "¦", "¬", "¤", "ˆ"].first { (candidate: Character) in
      !search.text.contains(candidate)
        && !videos.contains { video in
          video.title.contains(candidate) || video.creator.contains(candidate)
            || video.segments.contains { $0.text.contains(candidate) }
        }
    }
  }

  private static func trimmed(_ text: String) -> String {
    var text = text
    while text.last?.isNewline == true { text.removeLast() }
    return text
  }
}
