import Foundation

/// A search with its videos in the form of the test data, written out as a prompt.
struct PromptText: Decodable, Sendable {
  struct Video: Decodable, Sendable {
    struct Segment: Decodable, Sendable {
      let text: String
    }
    let title: String
    let segments: [Segment]
  }

  let text: String
  let videos: [Video]

  init(_ search: String, _ videos: [Video]) {
    text = search
    self.videos = videos
  }

  /// A prompt of videos given as a title and its segments.
  init(_ search: String, _ videos: KeyValuePairs<String, [String]>) {
    text = search
    self.videos = videos.map { title, texts in
      Video(title: title, segments: texts.map { .init(text: $0) })
    }
  }

  static let marker = "k3x9q0zb"

  var message: String { message() }

  /// The user message of a prompt.
  ///
  /// - Parameter joiner: stands for each space inside texts; nil leaves them.
  func message(locale: String = "en", joiner: String? = nil) -> String {
    let marker = Self.marker
    func line(_ text: String) -> String {
      let line = Self.line(text)
      return joiner.map { line.replacingOccurrences(of: " ", with: $0) } ?? line
    }
    var lines = [
      "<search-\(marker)>\(line(text))</search-\(marker)>", "<locale>\(locale)</locale>",
    ]
    if let joiner { lines.append("<spaces>\(joiner)</spaces>") }
    lines.append("<videos-\(marker)>")
    for (number, video) in videos.enumerated() {
      lines.append("\(marker) [v\(number + 1)] \(line("\(video.title) — @creator"))")
      for (index, segment) in video.segments.enumerated() {
        lines.append("\(marker) [v\(number + 1)#\(index)] \(line(segment.text))")
      }
    }
    return (lines + ["</videos-\(marker)>"]).joined(separator: "\n")
  }

  /// The prompt with a segment put before the one at `place` of the video.
  func hiding(_ text: String, inVideo video: Int, at place: Int) -> PromptText {
    var videos = videos
    var segments = videos[video].segments
    segments.insert(.init(text: text), at: place)
    videos[video] = Video(title: videos[video].title, segments: segments)
    return PromptText(self.text, videos)
  }

  private static func line(_ text: String) -> String {
    String(
      text.unicodeScalars.split { $0.properties.generalCategory == .control }.map { String($0) }
        .joined(separator: " "))
  }

  /// The searches of a file of the shared test data; nil where the checkout has none beside it.
  static func shared(_ path: String) -> [PromptText]? {
    lines(ofShared: path)?.compactMap { try? JSONDecoder().decode(PromptText.self, from: $0) }
  }

  /// The texts of `hostile/injections.jsonl`; nil where the checkout has none beside it.
  static func sharedInjections() -> [String]? {
    struct Injection: Decodable { let text: String }
    return lines(ofShared: "hostile/injections.jsonl")?.compactMap {
      try? JSONDecoder().decode(Injection.self, from: $0).text
    }
  }

  private static func lines(ofShared path: String) -> [Data]? {
    let root = URL(filePath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    let file = root.appending(path: "shared/data/\(path)")
    guard let data = try? Data(contentsOf: file) else { return nil }
    return data.split(separator: UInt8(ascii: "\n")).map { Data($0) }
  }
}
