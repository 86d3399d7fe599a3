import Foundation
import Testing

@testable import HighlightsCommand

@Suite("A configuration file")
struct ConfigurationFileTests {
  @Test(
    "that says nothing is no mistake",
    arguments: ["", "# only a comment\n", "kafka:\n  # client_id: x\n", "{}\n"])
  func empty(yaml: String) throws {
    let settings = try withFile(yaml, load)
    #expect(try settings == LoadedConfiguration(environment: [:]).settings)
  }

  @Test(
    "that cannot be understood is named with the reason",
    arguments: [
      ("- a\n", "no mapping"), ("kafka: [\n", "error"),
      ("log: {level: info, level: debug}\n", "level"),
      ("log: {level: info}\nlog.level: debug\n", "log.level stands in it twice"),
      ("log:\n  level:\n", "log.level has no value"), ("store: {path: ~}\n", "store.path has no"),
      ("gateway: {headers: [[a]]}\n", "gateway.headers"),
    ])
  func malformed(yaml: String, reason: String) throws {
    try withFile(yaml) { file in
      let error = #expect(throws: ConfigurationError.self) { try load(file) }
      let description = error?.description ?? ""
      #expect(description.hasPrefix("Configuration file \(file) cannot be read: "))
      #expect(description.contains(reason), "\(description)")
    }
  }

  @Test("that is missing is named")
  func missing() {
    let error = #expect(throws: ConfigurationError.self) { try load("/nowhere/highlights.yaml") }
    #expect(error?.description.contains("/nowhere/highlights.yaml cannot be read") == true)
  }
}

/// `Config/highlights.yaml` is the reference of all settings; it is written from the schema by
/// `HIGHLIGHTS_WRITE_REFERENCE=1 swift test --filter ConfigurationReferenceTests`.
@Suite("The reference Config/highlights.yaml")
struct ConfigurationReferenceTests {
  private let url = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent("Config/highlights.yaml")

  @Test("names every key of the schema, its default and its comment, and no other")
  func matchesTheSchema() throws {
    let expected = Self.render()
    if ProcessInfo.processInfo.environment["HIGHLIGHTS_WRITE_REFERENCE"] != nil {
      try Data(expected.utf8).write(to: url)
    }
    let written = try String(contentsOf: url, encoding: .utf8)
    for (line, pair) in zip(
      written.split(separator: "\n", omittingEmptySubsequences: false),
      expected.split(separator: "\n", omittingEmptySubsequences: false)
    ).enumerated() where pair.0 != pair.1 {
      Issue.record("line \(line + 1) is \"\(pair.0)\", the schema says \"\(pair.1)\"")
      return
    }
    #expect(written == expected)
  }

  @Test("loads as the defaults")
  func loadsAsDefaults() throws {
    #expect(try ConfigurationFile(path: url.path).keys == ConfigurationSchema.keys.map(\.name))
    #expect(try load(url.path) == LoadedConfiguration(environment: [:]).settings)
  }

  @Test("says of every key what it means and what it takes to change it, in lines that fit")
  func comments() {
    for key in ConfigurationSchema.keys {
      let lines = key.comment.split(separator: "\n", omittingEmptySubsequences: false)
      #expect(lines.count >= 2, "\(key.name)")
      #expect(lines.allSatisfy { !$0.isEmpty && $0.count <= 96 }, "\(key.name)")
    }
  }

  @Test("gives each key a name and a variable of its own")
  func names() {
    let keys = ConfigurationSchema.keys
    #expect(Set(keys.map(\.name)).count == keys.count)
    #expect(Set(keys.map(\.environmentName)).count == keys.count)
    #expect(keys.allSatisfy { $0.name.wholeMatch(of: /[a-z_]+(\.[a-z_]+)+/) != nil })
    for section in ConfigurationSchema.sections {
      #expect(section.keys.allSatisfy { $0.path[0] == section.name })
    }
  }

  /// Keys with more than one allowed value; a single choice is there to be told apart later.
  private static let variableKeys = ConfigurationSchema.keys.filter { another($0) != nil }
    .map(\.name)

  @Test("has no key that changes nothing", arguments: variableKeys)
  func everyKeyCounts(name: String) throws {
    let key = try #require(ConfigurationSchema.key(name))
    var values = defaults()
    let raw = ConfigurationKind.Raw.text(try #require(Self.another(key)))
    let environment = ["ANOTHER": "key"]
    let before = try Settings(values, environment: environment)
    values.set(key, try #require(key.kind.parse(raw)), raw: raw, from: .commandLine)
    #expect(try Settings(values, environment: environment) != before)
  }

  private func defaults() -> ConfigurationValues {
    var resolver = ConfigurationResolver(
      overrides: [], variables: EnvironmentLayer([:]), file: nil, fallbacks: [:])
    return resolver.resolve()
  }

  /// A value that is allowed and not the default.
  private static func another(_ key: ConfigurationKey) -> String? {
    switch key.kind {
    case .text(.url): "https://another/v1"
    case .text(.amount): "1.00"
    case .text(.currency): "EUR"
    case .text where key.name == "gateway.api_key_env": "ANOTHER"
    case .text, .secret: "another"
    case .integer(let range):
      "\("\(range.upperBound)" == key.defaultText ? range.lowerBound : range.upperBound)"
    case .number(let range): "\(range.upperBound)"
    case .duration(let range):
      Duration(configured: key.defaultText) == range.upperBound
        ? range.lowerBound.configured : range.upperBound.configured
    case .bytes(let range): Quantity.text(bytes: range.upperBound)
    case .choice(let words): words.first { $0 != key.defaultText }
    case .list(.hostAndPort, _): "another:1"
    case .list(.pair, _): "another=1"
    case .list(.origin, _): "https://another"
    case .list(.risingDuration, _): "1s,2s"
    }
  }
}
