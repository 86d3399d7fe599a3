import Hummingbird
import Logging
import NIOCore
import NIOPosix
import Testing

@testable import LLMGateway

private let request = ChatRequest(messages: [ChatMessage(.user, "hi")], maxTokens: 9)
private let quick = RetryPolicy(
  baseDelay: .milliseconds(1), maximumDelay: .milliseconds(2), shortestCall: .milliseconds(1))

private func withClient<Value>(
  _ baseURL: String, authentication: Deployment.Authentication = .none,
  query: [String: String] = [:], headers: [String: Secret] = [:],
  requestTimeout: Duration = .seconds(20), policy: RetryPolicy = quick,
  maximumReplyBytes: Int = 4 << 20, _ body: (GatewayClient) async throws -> Value
) async throws -> Value {
  let client = GatewayClient(
    try Deployment(
      name: "stub", provider: "simulator", baseURL: baseURL, model: "asked-model",
      authentication: authentication, query: query, headers: headers,
      requestTimeout: requestTimeout),
    retryPolicy: policy, maximumReplyBytes: maximumReplyBytes,
    logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
  do {
    let value = try await body(client)
    await client.shutdown()
    return value
  } catch {
    await client.shutdown()
    throw error
  }
}

private func failure(
  _ client: GatewayClient, deadline: ContinuousClock.Instant? = nil
) async throws -> GatewayError {
  try #require(
    await #expect(throws: GatewayError.self) {
      try await client.complete(request, deadline: deadline)
    })
}

/// Waits until the test's server is torn down.
private func never() async throws -> Response {
  try await Task.sleep(for: .seconds(3600))
  throw CancellationError()
}

@Suite("Gateway client", .timeLimit(.minutes(1)))
struct GatewayClientTests {
  @Test("a completion is read with its usage, model, id and finish reason")
  func completion() async throws {
    try await StubGateway.answering { _ in
      StubGateway.response(200, StubGateway.completion)
    } during: { stub in
      let reply = try await withClient(stub.baseURL) {
        try await $0.complete(request, deadline: .now + .seconds(20))
      }
      #expect(reply.content == "hello")
      #expect(reply.refusal == nil)
      #expect(reply.finishReason == .stop)
      #expect(reply.model == "served-model")
      #expect(reply.responseID == "chatcmpl-1")
      #expect(reply.usage == TokenUsage(input: 11, output: 3))
      #expect(reply.attempts == 1 && reply.wastedTokens == 0)
      #expect(reply.duration > .zero)
    }
  }

  @Test("the api-key, query items and extra headers are sent")
  func headers() async throws {
    try await StubGateway.answering { _ in
      StubGateway.response(200, StubGateway.completion)
    } during: { stub in
      _ = try await withClient(
        stub.baseURL, authentication: .apiKey(Secret("azure-key")),
        query: ["api-version": "2024-10-21"], headers: ["x-team": Secret("search")]
      ) { try await $0.complete(request, deadline: nil) }
      _ = try await withClient(stub.baseURL, authentication: .bearer(Secret("open-key"))) {
        try await $0.complete(request, deadline: nil)
      }
      let (azure, open) = (stub.calls[0], stub.calls[1])
      #expect(azure.path == "/v1/chat/completions" && azure.query == "api-version=2024-10-21")
      #expect(azure.headers["api-key"] == "azure-key" && azure.headers["x-team"] == "search")
      #expect(azure.headers["authorization"] == nil)
      #expect(azure.headers["content-type"] == "application/json")
      #expect(open.headers["authorization"] == "Bearer open-key" && open.query == nil)
      #expect(open.body.contains(#""content":"hi""#))
    }
  }

  @Test("a 429 is repeated after the wait it asks for")
  func rateLimited() async throws {
    try await StubGateway.answering { number in
      number == 1
        ? StubGateway.response(429, "{}", headers: [("retry-after-ms", "150")])
        : StubGateway.response(200, StubGateway.completion)
    } during: { stub in
      let reply = try await withClient(stub.baseURL) {
        try await $0.complete(request, deadline: nil)
      }
      #expect(reply.attempts == 2)
      #expect(reply.duration >= .milliseconds(150))
    }
  }

  @Test("server errors are repeated until the attempts are used up")
  func attemptsUsedUp() async throws {
    try await StubGateway.answering { _ in
      StubGateway.response(500, #"{"error":"oops"}"#)
    } during: { stub in
      let error = try await withClient(stub.baseURL) { try await failure($0) }
      #expect(error.kind == .serverError && error.disposition == .retryLater)
      #expect(error.attempts == 3 && stub.calls.count == 3)
      #expect(error.message == "oops")
    }
  }

  @Test("a spent quota and a refused request are not repeated", arguments: [402, 400, 401])
  func notRepeated(status: Int) async throws {
    try await StubGateway.answering { _ in
      StubGateway.response(status, "{}")
    } during: { stub in
      let error = try await withClient(stub.baseURL) { try await failure($0) }
      #expect(error.attempts == 1 && stub.calls.count == 1)
    }
  }

  @Test("a long Retry-After is handed to the caller at once")
  func longWait() async throws {
    try await StubGateway.answering { _ in
      StubGateway.response(429, "{}", headers: [("retry-after", "60")])
    } during: { stub in
      let error = try await withClient(stub.baseURL) { try await failure($0) }
      #expect(error.retryAfter == .seconds(60) && error.attempts == 1)
      #expect(error.disposition == .hold)
    }
  }

  @Test("a gateway that never answers is given up after the request timeout")
  func timeout() async throws {
    try await StubGateway.answering { _ in
      try await never()
    } during: { stub in
      let error = try await withClient(
        stub.baseURL, requestTimeout: .milliseconds(100), policy: RetryPolicy(maximumAttempts: 1)
      ) { try await failure($0) }
      #expect(error.kind == .timeout && error.disposition == .retryLater && error.attempts == 1)
    }
  }

  @Test("a gateway that stops in the middle of a body is given up after the request timeout")
  func stalledBody() async throws {
    try await StubGateway.answering { _ in
      Response(
        status: .ok,
        body: ResponseBody(contentLength: 100) { writer in
          try await writer.write(ByteBuffer(string: "{"))
          _ = try await never()
        })
    } during: { stub in
      let error = try await withClient(
        stub.baseURL, requestTimeout: .milliseconds(200), policy: RetryPolicy(maximumAttempts: 1)
      ) { try await failure($0) }
      #expect(error.kind == .timeout)
    }
  }

  @Test("a deadline ends a call in progress, and none is begun after it")
  func deadline() async throws {
    try await StubGateway.answering { _ in
      try await never()
    } during: { stub in
      try await withClient(stub.baseURL) { client in
        let cut = try await failure(client, deadline: .now + .milliseconds(100))
        #expect(cut.kind == .deadlineExceeded && cut.attempts == 1)
        let late = try await failure(client, deadline: .now - .seconds(1))
        #expect(late.kind == .deadlineExceeded && late.attempts == 0)
        #expect(stub.calls.count <= 1)
      }
    }
  }

  @Test("a retry that cannot finish before the deadline is skipped")
  func deadlineSkip() async throws {
    try await StubGateway.answering { _ in
      StubGateway.response(429, "{}", headers: [("retry-after", "9")])
    } during: { stub in
      let start = ContinuousClock.now
      let error = try await withClient(stub.baseURL) {
        try await failure($0, deadline: .now + .seconds(8))
      }
      #expect(error.kind == .rateLimited(.unknown) && error.retryAfter == .seconds(9))
      #expect(error.attempts == 1 && .now - start < .seconds(8))
    }
  }

  @Test(
    "a reply that is no completion is repeated, and what it cost is counted",
    arguments: [
      (String(StubGateway.completion.prefix(90)), 0), ("", 0), ("<html>", 0), ("{}", 0),
      (#"{"choices":[],"usage":{"prompt_tokens":5,"completion_tokens":2}}"#, 7),
    ])
  func malformed(body: String, wasted: Int) async throws {
    try await StubGateway.answering { number in
      StubGateway.response(200, number == 1 ? body : StubGateway.completion)
    } during: { stub in
      let reply = try await withClient(stub.baseURL) {
        try await $0.complete(request, deadline: nil)
      }
      #expect(reply.attempts == 2 && reply.wastedTokens == wasted)
    }
  }

  @Test("a body cut off by a closed connection is a malformed reply")
  func truncated() async throws {
    try await StubGateway.answering { _ in
      Response(
        status: .ok,
        body: ResponseBody(contentLength: 1000) { writer in
          try await writer.write(ByteBuffer(string: #"{"choices":"#))
          throw CancellationError()
        })
    } during: { stub in
      let error = try await withClient(stub.baseURL) { try await failure($0) }
      #expect(error.kind == .malformedReply && error.attempts == 3 && error.status == 200)
    }
  }

  @Test("a reply above the size limit is refused")
  func oversized() async throws {
    try await StubGateway.answering { _ in
      StubGateway.response(200, StubGateway.completion)
    } during: { stub in
      let error = try await withClient(stub.baseURL, maximumReplyBytes: 50) {
        try await failure($0)
      }
      #expect(error.kind == .malformedReply && error.message.contains("50 bytes"))
    }
  }

  @Test("an error sent with status 200 means what its code means")
  func errorAsSuccess() async throws {
    try await StubGateway.answering { _ in
      StubGateway.response(200, #"{"error":{"code":401,"message":"no such key"}}"#)
    } during: { stub in
      let error = try await withClient(stub.baseURL) { try await failure($0) }
      #expect(error.kind == .authentication && error.attempts == 1)
    }
  }

  @Test("a refused connection fails at once")
  func refused() async throws {
    let closed = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
      .bind(host: "127.0.0.1", port: 0).get()
    let port = try #require(closed.localAddress?.port)
    try await closed.close()
    let start = ContinuousClock.now
    let error = try await withClient("http://127.0.0.1:\(port)") { try await failure($0) }
    #expect(error.kind == .unreachable && error.disposition == .hold && error.attempts == 3)
    #expect(.now - start < .seconds(8))
  }

  @Test("cancellation ends a call in progress as cancelled")
  func cancellation() async throws {
    let (arrivals, arrival) = AsyncStream.makeStream(of: Void.self)
    try await StubGateway.answering { _ in
      arrival.finish()
      return try await never()
    } during: { stub in
      let error = try await withClient(stub.baseURL) { client in
        let call = Task { try await failure(client) }
        for await _ in arrivals {}
        call.cancel()
        return try await call.value
      }
      #expect(error.kind == .cancelled && error.disposition == .hold && error.attempts == 1)
    }
  }

  @Test("calls after shutdown end as cancelled, and shutdown may be repeated")
  func shutdown() async throws {
    try await withClient("http://127.0.0.1:9") { client in
      await client.shutdown()
      let error = try await failure(client)
      #expect(error.kind == .cancelled)
    }
  }

  @Test("a gateway that echoes the credential does not get it into the error")
  func redaction() async throws {
    try await StubGateway.answering { _ in
      StubGateway.response(401, #"{"error":{"message":"bad key sk-echoed","code":"sk-echoed"}}"#)
    } during: { stub in
      let error = try await withClient(
        stub.baseURL, authentication: .bearer(Secret("sk-echoed"))
      ) { try await failure($0) }
      #expect(error.message == "bad key [redacted]")
      #expect(!String(reflecting: error).contains("sk-echoed"))
    }
  }

  @Test("a schema that is no JSON object fails before any call")
  func badSchema() async throws {
    let bad = ChatRequest(
      messages: [], maxTokens: 1, responseFormat: .jsonSchema(name: "n", schema: "nonsense"))
    try await withClient("http://127.0.0.1:9") { client in
      let error = await #expect(throws: GatewayError.self) {
        try await client.complete(bad, deadline: nil)
      }
      #expect(error?.kind == .invalidRequest && error?.attempts == 0)
    }
  }
}
