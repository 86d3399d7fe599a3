import Foundation
import HighlightsProtocol

/// Real data beside the checkout, which the project does not contain.
enum SharedData {
  static func url(_ path: String) -> URL {
    URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appending(path: "../shared/data/\(path)").standardized
  }

  /// A condition for a test that needs a file.
  static func has(_ path: String) -> Bool {
    FileManager.default.fileExists(atPath: url(path).path)
  }

  static func searches(_ path: String) throws -> [SearchQuery] {
    try Data(contentsOf: url(path)).split(separator: UInt8(ascii: "\n"))
      .map { try MessageCodec().decode(from: $0, contentType: "application/json") }
  }

  /// The "text" of every line.
  static func texts(_ path: String) throws -> [String] {
    struct Line: Decodable { let text: String }
    return try Data(contentsOf: url(path)).split(separator: UInt8(ascii: "\n"))
      .map { try JSONDecoder().decode(Line.self, from: Data($0)).text }
  }
}
