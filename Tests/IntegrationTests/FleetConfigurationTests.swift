import TestSupport
import Testing

extension FleetTests {
  @Test(
    "a wrong configuration ends with 78 and names key, value and what is allowed",
    arguments: [
      (
        ["doctor", "--set", "kafka.bootsrap_servers=x:1"],
        ["kafka.bootsrap_servers", "did you mean kafka.bootstrap_servers?"]
      ),
      (
        ["cache", "--set", "cache.batch_count=0"],
        ["cache.batch_count is \"0\" (--set)", "allowed: a whole number from 1"]
      ),
      (
        ["publish", "-", "--kafka", "localhost"],
        ["kafka.bootstrap_servers is \"localhost\"", "host:port"]
      ),
      (
        ["summarize", "--set", "gateway.timeout=2m"],
        [
          "worker.drain_timeout must exceed gateway.timeout", "worker.drain_timeout is \"90s\"",
          "gateway.timeout is \"2m\" (--set)",
        ]
      ),
      (["summarize"], ["gateway.base_url is \"\"", "allowed: an http or https URL"]),
      (["up", "--gateway", "ftp://x"], ["gateway.base_url is \"ftp://x\"", "http"]),
      (["up", "--config", "/nonexistent.yaml"], ["/nonexistent.yaml cannot be read"]),
    ])
  func wrongConfiguration(_ arguments: [String], _ words: [String]) async throws {
    let result = try await HighlightsProcess.run(
      arguments, environment: ["OPENAI_BASE_URL": ""], limit: .seconds(20))
    #expect(result.end == .exited(78), "\(result)")
    #expect(result.output.isEmpty, "\(result)")
    for word in words { #expect(result.errors.contains(word), "\(word): \(result)") }
  }

  @Test(
    "wrong usage ends with 64",
    arguments: [
      ["frobnicate"], ["publish"], ["up", "--set", "novalue"], ["gateway", "--port", "x"],
    ]
  )
  func wrongUsage(_ arguments: [String]) async throws {
    let result = try await HighlightsProcess.run(arguments, limit: .seconds(20))
    #expect(result.end == .exited(64), "\(result)")
    #expect(result.errors.contains("Usage: highlights"), "\(result)")
  }
}
