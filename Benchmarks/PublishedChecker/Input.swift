import Foundation

/// A search as it was published. In all lines, what is absent has protobuf's default.
struct SearchLine: Decodable {
  struct Video: Decodable {
    var id: String?
    var title: String?
    var segments: [Segment]?
  }

  struct Segment: Decodable {
    var startMs: Int?
    var endMs: Int?
    var text: String?
  }

  var queryId: String
  var videos: [Video]?

  func segment(_ videoId: String, _ index: Int) -> Segment? {
    guard let segments = videos?.first(where: { ($0.id ?? "") == videoId })?.segments,
      segments.indices.contains(index)
    else { return nil }
    return segments[index]
  }
}

struct HighlightLine: Decodable {
  struct Highlight: Decodable {
    var sentences: [SentenceLine]?
    var videos: [SearchLine.Video]?
  }

  var id: String
  var highlight: Highlight
}

struct SentenceLine: Decodable {
  struct Citation: Decodable {
    var videoId: String?
    var segmentIndex: Int?
    var startMs: Int?
    var endMs: Int?
    var quote: String?
  }

  var text: String?
  var kind: String?
  var citations: [Citation]?
}

/// What the model wrote. A citation without video or index is one whose label stands for nothing.
struct WrittenLine: Decodable {
  var id: String
  var sentences: [SentenceLine]
}

/// An instruction that was hidden in a segment; the canary is a word that stands nowhere else.
struct HiddenLine: Decodable {
  var id: String
  var videoId: String
  var segmentIndex: Int
  var payload: String
  var canary: String
}

struct InputError: Error, Equatable, CustomStringConvertible {
  var description: String
}

enum Input {
  static func lines<Line: Decodable>(of file: String) throws -> [Line] {
    guard let data = FileManager.default.contents(atPath: file) else {
      throw InputError(description: "\(file) cannot be read")
    }
    return try lines(in: data, file: file)
  }

  /// One JSON object a line; lines count from 1 and blank ones are passed over.
  static func lines<Line: Decodable>(in data: Data, file: String) throws -> [Line] {
    let lines = data.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    return try lines.enumerated().filter { !$1.allSatisfy { $0 <= 0x20 } }.map { offset, line in
      do {
        return try JSONDecoder().decode(Line.self, from: Data(line))
      } catch {
        throw InputError(description: "\(file), line \(offset + 1): \(error)")
      }
    }
  }
}
