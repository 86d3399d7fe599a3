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

  var message: String {
    var lines = ["<search>\(Self.line(text))</search>", "<locale>en</locale>", "<videos>"]
    for (number, video) in videos.enumerated() {
      lines.append("[v\(number + 1)] \(Self.line(video.title)) — @creator")
      for (index, segment) in video.segments.enumerated() {
        lines.append("[v\(number + 1)#\(index)] \(Self.line(segment.text))")
      }
    }
    return (lines + ["</videos>"]).joined(separator: "\n")
  }

  private static func line(_ text: String) -> String {
    String(
      text.unicodeScalars.split { $0.properties.generalCategory == .control }.map { String($0) }
        .joined(separator: " "))
  }

  /// The searches of a file of the shared test data; nil where the checkout has none beside it.
  static func shared(_ path: String) -> [PromptText]? {
    let root = URL(filePath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    let file = root.appending(path: "shared/data/\(path)")
    guard let data = try? Data(contentsOf: file) else { return nil }
    return data.split(separator: UInt8(ascii: "\n")).compactMap {
      try? JSONDecoder().decode(PromptText.self, from: Data($0))
    }
  }
}
