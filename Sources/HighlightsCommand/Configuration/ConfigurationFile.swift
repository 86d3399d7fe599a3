import Configuration
import Foundation
import Yams

/// A YAML configuration file: the keys it names, and its values.
struct ConfigurationFile: Sendable {
  let path: String
  /// Dotted, in the file's order.
  let keys: [String]
  /// Nothing when the file says nothing.
  let values: YAMLSnapshot?

  /// Reads a file.
  ///
  /// - Throws: `ConfigurationError` when it cannot be read, is no YAML mapping, or a key of it stands
  ///   twice, has no value, or has a value that cannot be a setting's.
  init(path: String) throws(ConfigurationError) {
    do {
      let data = try Data(contentsOf: URL(fileURLWithPath: path))
      guard let text = String(data: data, encoding: .utf8) else { throw Malformed("is not UTF-8") }
      let root = try Yams.compose(yaml: text)
      let keys = try root.map { try Self.keys(of: $0) } ?? []
      self.path = path
      self.keys = keys
      values =
        keys.isEmpty
        ? nil
        : try YAMLSnapshot(
          data: Array(data).span.bytes, providerName: path, parsingOptions: .default)
    } catch {
      throw ConfigurationError(problems: [
        .unreadableFile(path: path, cause: Self.cause(of: error))
      ])
    }
  }

  private static func cause(of error: any Error) -> String {
    switch error {
    case let error as Malformed: error.reason
    case let error as CocoaError: error.localizedDescription
    default: "\(error)"
    }
  }

  private struct Malformed: Error {
    let reason: String

    init(_ reason: String) { self.reason = reason }
  }

  private static func keys(of root: Node) throws -> [String] {
    if root.isNull { return [] }
    guard let mapping = root.mapping else { throw Malformed("its top level is no mapping") }
    var found: [String] = []
    try collect(mapping, under: [], into: &found)
    if let twice = Dictionary(grouping: found, by: \.self).first(where: { $0.value.count > 1 }) {
      throw Malformed("\(twice.key) stands in it twice")
    }
    return found
  }

  private static func collect(
    _ mapping: Node.Mapping, under path: [String], into keys: inout [String]
  ) throws {
    for (key, value) in mapping {
      guard let word = key.string else { throw Malformed("a key is no text") }
      let path = path + [word]
      let name = path.joined(separator: ".")
      if let mapping = value.mapping {
        try collect(mapping, under: path, into: &keys)
      } else if value.isNull {
        // A heading whose keys are all commented out says nothing.
        guard ConfigurationSchema.isHeading(name) else {
          throw Malformed("\(name) has no value; leave the line out to take the default")
        }
      } else {
        keys.append(name)
      }
    }
  }
}

extension Node {
  fileprivate var isNull: Bool { null != nil }
}
