import Foundation
import Mustache

/// One version of a prompt: instructions, the form of the data, and the schema of the reply.
///
/// Four files in a folder, as `Config/prompts/README.md` says. The version is a hash of their
/// content, so what was written with which prompt can always be told.
public struct PromptTemplate: Sendable {
  /// How data is kept apart from instructions. Both put the request's marker before every line.
  public enum Marking: String, Sendable, Hashable, CaseIterable, Decodable {
    case lines
    /// Words are joined by a character that the data does not have, as "datamarking" in Hines et
    /// al., "Defending Against Indirect Prompt Injection Attacks With Spotlighting" (2024).
    case words
  }

  /// The name of the schema in `response_format`.
  public let name: String
  /// 16 hexadecimal characters over the four files.
  public let version: String
  /// JSON Schema of the reply, for `response_format` with `strict: true`.
  public let schema: String
  /// Sentences that a reply is asked for, and a highlight must and may have.
  public let minimumSentences: Int
  public let maximumSentences: Int
  public let marking: Marking

  let system: MustacheTemplate
  let user: MustacheTemplate

  /// The prompts that the program carries: `Config/prompts/highlight/1` and `general/1`.
  public static let highlight = builtIn(BuiltInPrompts.highlight, needs: evidencePlaceholders)
  public static let general = builtIn(BuiltInPrompts.general, needs: searchPlaceholders)

  /// Reads a prompt that is given evidence.
  ///
  /// - Parameter folder: Holds `prompt.json`, `system.mustache`, `user.mustache`, `schema.json`.
  /// - Throws: ``PromptError``, which names the file.
  public init(folder: String) throws(PromptError) {
    try self.init(folder: folder, needs: Self.evidencePlaceholders)
  }

  /// Reads a prompt that is given the search alone.
  public init(generalFolder folder: String) throws(PromptError) {
    try self.init(folder: folder, needs: Self.searchPlaceholders)
  }

  private init(folder: String, needs placeholders: [String]) throws(PromptError) {
    var files: [String: String] = [:]
    for name in Self.fileNames {
      let path = "\(folder)/\(name)"
      do {
        files[name] = try String(contentsOf: URL(filePath: path), encoding: .utf8)
      } catch {
        throw PromptError(file: path, why: "cannot be read as UTF-8: \(error.localizedDescription)")
      }
    }
    try self.init(files, folder: folder, needs: placeholders)
  }

  private init(
    _ files: [String: String], folder: String, needs placeholders: [String]
  ) throws(PromptError) {
    func text(_ name: String) -> String { files[name] ?? "" }
    func fail(_ name: String, _ why: String) -> PromptError {
      PromptError(file: "\(folder)/\(name)", why: why)
    }
    let manifest: Manifest
    do {
      manifest = try JSONDecoder().decode(Manifest.self, from: Data(text("prompt.json").utf8))
    } catch {
      throw fail(
        "prompt.json",
        "must be JSON with name, minimum_sentences, maximum_sentences and marking (lines or words): "
          + TextFolding.bounded("\(error)", to: 200))
    }
    guard (1...manifest.maximumSentences).contains(manifest.minimumSentences),
      manifest.maximumSentences <= 10
    else {
      throw fail(
        "prompt.json",
        "minimum_sentences is \(manifest.minimumSentences), maximum_sentences "
          + "\(manifest.maximumSentences); allowed: 1 to 10, the minimum no more than the maximum")
    }
    let isObject =
      (try? JSONSerialization.jsonObject(with: Data(text("schema.json").utf8))) is [String: Any]
    guard isObject else { throw fail("schema.json", "is not a JSON object") }
    for placeholder in placeholders where !text("user.mustache").contains("{\(placeholder)") {
      guard !text("user.mustache").contains("#\(placeholder)}") else { continue }
      throw fail("user.mustache", "does not use {{\(placeholder)}}")
    }
    name = manifest.name
    schema = text("schema.json")
    (minimumSentences, maximumSentences) = (manifest.minimumSentences, manifest.maximumSentences)
    marking = manifest.marking
    system = try Self.template(text("system.mustache"), fail("system.mustache", ""))
    user = try Self.template(text("user.mustache"), fail("user.mustache", ""))
    let content = Self.fileNames.map { "\($0)\u{1F}\(text($0))" }.joined(separator: "\u{1F}")
    version = String(Digest.sha256("\(Self.formatVersion)\u{1F}\(content)").prefix(16))
  }

  private struct Manifest: Decodable {
    let name: String
    let minimumSentences: Int
    let maximumSentences: Int
    let marking: Marking

    enum CodingKeys: String, CodingKey {
      case name, marking
      case minimumSentences = "minimum_sentences"
      case maximumSentences = "maximum_sentences"
    }
  }

  /// Changes with what the program fills in, which the files do not show.
  private static let formatVersion = 2
  private static let fileNames = ["prompt.json", "schema.json", "system.mustache", "user.mustache"]
  private static let searchPlaceholders = ["marker", "{search"]
  private static let evidencePlaceholders =
    searchPlaceholders + ["videos", "segments", "{label", "{text"]

  private static func template(
    _ text: String, _ failure: PromptError
  ) throws(PromptError) -> MustacheTemplate {
    do { return try MustacheTemplate(string: text) } catch {
      throw PromptError(file: failure.file, why: "is not a Mustache template: \(error)")
    }
  }

  private static func builtIn(_ files: [String: String], needs: [String]) -> PromptTemplate {
    do { return try PromptTemplate(files, folder: "built-in prompt", needs: needs) } catch {
      // Cannot happen: the same files are read by a test.
      preconditionFailure("\(error)")
    }
  }
}

/// A prompt that cannot be used.
public struct PromptError: Error, Sendable, Hashable, CustomStringConvertible {
  public let file: String
  public let why: String

  public var description: String { "\(file) \(why)" }
}
