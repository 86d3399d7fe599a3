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

  static func videos(_ path: String) throws -> [Video] {
    try lines(path).map { try MessageCodec().decode(from: $0, contentType: "application/json") }
  }

  static func searches(_ path: String) throws -> [SearchQuery] {
    try lines(path).map { try MessageCodec().decode(from: $0, contentType: "application/json") }
  }

  private static func lines(_ path: String) throws -> [Data] {
    try Data(contentsOf: url(path)).split(separator: UInt8(ascii: "\n"))
  }
}
