import Logging
import Metrics
import Synchronization
import Testing

@testable import LLMGateway

/// Keeps what is recorded, by label and the value of one telling dimension.
private final class Recordings: MetricsFactory, Sendable {
  private final class Handler: CounterHandler, RecorderHandler, TimerHandler, Sendable {
    let key: String
    let recordings: Recordings

    init(_ label: String, _ dimensions: [(String, String)], _ recordings: Recordings) {
      let telling = ["outcome", "gen_ai.token.type", "error.type"]
      key = ([label] + dimensions.filter { telling.contains($0.0) }.map(\.1)).joined(separator: " ")
      self.recordings = recordings
    }

    func increment(by amount: Int64) { add(amount) }
    func reset() {}
    func record(_ value: Int64) { add(value) }
    func record(_ value: Double) { add(Int64(value)) }
    func recordNanoseconds(_ duration: Int64) { add(1) }
    private func add(_ value: Int64) {
      recordings.sums.withLock { $0[key, default: 0] += value }
    }
  }

  let sums = Mutex<[String: Int64]>([:])

  func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
    Handler(label, dimensions, self)
  }
  func makeRecorder(
    label: String, dimensions: [(String, String)], aggregate: Bool
  ) -> any RecorderHandler { Handler(label, dimensions, self) }
  func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
    Handler(label, dimensions, self)
  }
  func destroyCounter(_ handler: any CounterHandler) {}
  func destroyRecorder(_ handler: any RecorderHandler) {}
  func destroyTimer(_ handler: any TimerHandler) {}
}

@Suite("Telemetry")
struct ChatTelemetryTests {
  @Test("calls, tokens and the duration of the whole are recorded under GenAI names")
  func metrics() async throws {
    let recordings = Recordings()
    try await StubGateway.answering { number in
      number == 1
        ? StubGateway.response(500, "") : StubGateway.response(200, StubGateway.completion)
    } during: { stub in
      let client = GatewayClient(
        try Deployment(
          name: "stub", provider: "simulator", baseURL: stub.baseURL, model: "m",
          authentication: .none),
        retryPolicy: RetryPolicy(maximumAttempts: 2, baseDelay: .milliseconds(1)),
        logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
      try await withMetricsFactory(recordings) {
        _ = try await client.complete(ChatRequest(messages: [], maxTokens: 1), deadline: nil)
        _ = try? await client.complete(ChatRequest(messages: [], maxTokens: 1), deadline: .now)
      }
      await client.shutdown()
    }
    #expect(
      recordings.sums.withLock { $0 } == [
        "llm_gateway.calls server_error": 1, "llm_gateway.calls ok": 1,
        "gen_ai.client.token.usage input": 11, "gen_ai.client.token.usage output": 3,
        "gen_ai.client.operation.duration": 1,
        "gen_ai.client.operation.duration deadline_exceeded": 1, "llm_gateway.turn": 2,
      ])
  }
}
