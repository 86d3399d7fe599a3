import Foundation

/// What a leg prints when it has ended.
struct LegResult: Codable {
  var job = ""
  var seconds = 0.0
  var cpuSeconds = 0.0
  var published = 0
  var keys = 0
  var read = 0

  func line() throws -> String { String(decoding: try JSONEncoder().encode(self), as: UTF8.self) }

  init() {}

  init(line: String) throws { self = try JSONDecoder().decode(Self.self, from: Data(line.utf8)) }
}
