import Foundation
import Kafka
import Testing

@testable import HighlightsCommand

@Suite("Configuration rules")
struct ConfigurationRuleTests {
  struct Conflict: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var overrides: [(String, String)]

    init(_ description: String, _ overrides: (String, String)...) {
      testDescription = description
      self.overrides = overrides
    }
  }

  static let conflicts = [
    Conflict("kafka.security.ca_file needs", ("kafka.security.ca_file", "/ca.pem")),
    Conflict(
      "kafka.security.sasl_mechanism goes with", ("kafka.security.sasl_mechanism", "PLAIN")),
    Conflict(
      "kafka.security.sasl_mechanism goes with", ("kafka.security.protocol", "sasl_ssl"),
      ("kafka.security.username", "u"), ("kafka.security.password_file", "/p")),
    Conflict(
      "SASL needs kafka.security.username and", ("kafka.security.protocol", "sasl_ssl"),
      ("kafka.security.sasl_mechanism", "PLAIN"), ("kafka.security.username", "u")),
    Conflict("Every kafka.topics key must name", ("kafka.topics.dead", "search.queries")),
    Conflict(
      "worker.in_flight_per_partition must not exceed worker.in_flight",
      ("worker.in_flight", "127")),
    Conflict(
      "gateway.max_connections must not be below worker.in_flight",
      ("gateway.max_connections", "255")),
    Conflict("worker.drain_timeout must exceed gateway.timeout", ("gateway.timeout", "90s")),
    Conflict(
      "worker.drain_timeout must be below worker.max_poll_interval",
      ("worker.drain_timeout", "5m")),
    Conflict(
      "worker.session_timeout must not exceed worker.max_poll_interval",
      ("worker.session_timeout", "301s")),
    Conflict(
      "worker.retry_backoff must not exceed worker.retry_backoff_max",
      ("worker.retry_backoff_max", "999ms")),
    Conflict(
      "worker.retry_backoff must not exceed worker.hold_backoff_max",
      ("worker.hold_backoff_max", "999ms")),
    Conflict(
      "limits.fixed_share below 100 needs limits.share fixed", ("limits.fixed_share", "99")),
    Conflict("budget.amount needs gateway.models_file", ("budget.amount", "1.00")),
    Conflict("worker.group and cache.group must differ", ("cache.group", "highlights-summarizer")),
    Conflict(
      "highlights.fresh_for must not exceed highlights.expires_after",
      ("highlights.fresh_for", "8d")),
    Conflict(
      "highlights.no_answer_fresh_for must not exceed highlights.expires_after",
      ("highlights.no_answer_fresh_for", "8d")),
    Conflict(
      "catalog.path and catalog.url must not both be set", ("catalog.path", "catalog.sqlite"),
      ("catalog.url", "https://host/videos")),
    Conflict("catalog.path and store.path must differ", ("catalog.path", "highlights.sqlite")),
    Conflict(
      "serve.waiters must be below serve.connections", ("serve.waiters", "500"),
      ("serve.connections", "500")),
  ]

  @Test(
    "refuse values that do not go together, naming them and their sources", arguments: conflicts)
  func conflict(_ conflict: Conflict) throws {
    let error = #expect(throws: ConfigurationError.self) {
      try LoadedConfiguration(overrides: conflict.overrides, environment: [:])
    }
    let problems = error?.problems ?? []
    #expect(problems.count == 1)
    let description = error?.description ?? ""
    #expect(description.hasPrefix(conflict.testDescription))
    #expect(description.contains("(--set)"))
    #expect(description.contains(conflict.overrides[0].1))
  }

  @Test("are each broken by one of those")
  func everyRuleIsTested() {
    for rule in CrossKeyRule.all {
      #expect(Self.conflicts.contains { rule.rule.hasPrefix($0.testDescription) }, "\(rule.rule)")
    }
  }

  @Test("allow SASL that is complete")
  func completeSASL() throws {
    let kafka = try LoadedConfiguration(
      overrides: [
        ("kafka.security.protocol", "sasl_ssl"), ("kafka.security.sasl_mechanism", "SCRAM-SHA-512"),
        ("kafka.security.username", "u"), ("kafka.security.password_file", "/p"),
        ("kafka.security.ca_file", "/ca.pem"),
      ], environment: [:]
    ).settings.kafka
    #expect(kafka.saslMechanism == .scramSHA512)
    #expect(kafka.passwordFile == "/p")
  }

  @Test(
    "read durations",
    arguments: [
      ("250ms", 250), ("30s", 30_000), ("5m", 300_000), ("2h", 7_200_000), ("7d", 604_800_000),
      ("0s", 0),
    ])
  func durations(text: String, milliseconds: Int) {
    #expect(Duration(configured: text) == .milliseconds(milliseconds))
  }

  @Test(
    "refuse what is no duration",
    arguments: ["", "5", "s", "-5s", "1.5s", "5 s", "5S", "1h30m", "99999999999999999d", "٣s"])
  func noDurations(text: String) {
    #expect(Duration(configured: text) == nil)
  }

  @Test(
    "read sizes",
    arguments: [("512B", 512), ("64KiB", 65_536), ("2MiB", 2_097_152), ("1GiB", 1_073_741_824)])
  func sizes(text: String, bytes: Int) {
    #expect(Quantity.bytes(text) == bytes)
    #expect(Quantity.text(bytes: bytes) == text)
  }

  @Test("refuse what is no size", arguments: ["", "5", "2MB", "2 MiB", "-1B", "9999999999999GiB"])
  func noSizes(text: String) {
    #expect(Quantity.bytes(text) == nil)
  }

  @Test("hold texts, numbers, words and lists to what they may be")
  func kinds() {
    func allows(_ kind: ConfigurationKind, _ text: String) -> Bool {
      kind.parse(.text(text)) != nil
    }
    for (text, allowed) in [
      ("", true), ("https://host/v1", true), ("http://127.0.0.1:8080", true), ("ftp://h", false),
      ("host/v1", false), ("https://u:p@host", false), ("https://host/?key=1", false),
    ] {
      #expect(allows(.text(.url), text) == allowed, "\(text)")
    }
    for (text, allowed) in [("a.b_c-1", true), ("", false), ("..", false), ("a b", false)] {
      #expect(allows(.text(.topic), text) == allowed, "\(text)")
    }
    for (text, allowed) in [
      ("h:1", true), ("h:1,[::1]:2", true), ("h", false), ("h:0", false), ("h:65536", false),
      ("", false), ("h:1,,h:2", false), ("http://h:1", false),
    ] {
      #expect(allows(.list(.hostAndPort, minimum: 1), text) == allowed, "\(text)")
    }
    for (text, allowed) in [
      ("", true), ("a=1,b=", true), ("a", false), ("=1", false), ("a=1,A=2", false),
    ] {
      #expect(allows(.list(.pair, minimum: 0), text) == allowed, "\(text)")
    }
    for (text, allowed) in [("0", true), ("2.0", true), ("2.1", false), ("nan", false)] {
      #expect(allows(.number(0...2), text) == allowed, "\(text)")
    }
    #expect(!allows(.text(.any), "a\nb"))
    #expect(!allows(.choice(["a"]), "A"))
    #expect(ConfigurationKind.text(.any).parse(.items(["a"])) == nil)
  }
}
