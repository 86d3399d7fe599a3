import Foundation
import Testing

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

  static func lines(_ path: String) throws -> [Data] {
    try Data(contentsOf: url(path)).split(separator: UInt8(ascii: "\n"))
  }

  /// The "text" of every line.
  static func texts(_ path: String) throws -> [String] {
    struct Line: Decodable { let text: String }
    return try lines(path).map { try JSONDecoder().decode(Line.self, from: $0).text }
  }
}
