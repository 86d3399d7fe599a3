import Hummingbird
import LLMGateway
import Logging
import Testing

private let silent = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
private let request = ChatRequest(messages: [ChatMessage(.user, "hi")], maxTokens: 10)
private let quick = RetryPolicy(
  baseDelay: .milliseconds(1), maximumDelay: .milliseconds(2), shortestCall: .milliseconds(1))

private func target(
  _ stub: StubGateway, _ name: String = "first", limits: DeploymentLimits = .none,
  price: TokenPrice? = nil, timeout: Duration = .seconds(20),
  standsInFor: Set<GatewayTarget.Fallback> = [.outage, .quota]
) throws -> GatewayTarget {
  GatewayTarget(
    try Deployment(
      name: name, provider: "simulator", baseURL: stub.baseURL, model: "asked-model",
      authentication: .none, requestTimeout: timeout),
    limits: limits, price: price, standsInFor: standsInFor)
}

private func withClient(
  _ targets: [GatewayTarget], share: LimitShare = .all, budget: BudgetKeeper? = nil,
  policy: RetryPolicy = quick, _ body: (GatewayClient) async throws -> Void
) async throws {
  let client = GatewayClient(
    targets, share: share, budget: budget, retryPolicy: policy, logger: silent)
  let result: Result<Void, any Error>
  do { result = .success(try await body(client)) } catch { result = .failure(error) }
  await client.shutdown()
  try result.get()
}

private func failure(
  _ client: GatewayClient, _ options: ChatOptions = ChatOptions()
) async throws -> GatewayError {
  try #require(
    await #expect(throws: GatewayError.self) { try await client.complete(request, options) })
}

private func completion(_ content: String, finish: String = "stop") -> String {
  #"""
  {"id":"c","model":"m","choices":[{"message":{"role":"assistant","content":"\#(content)"},
  "finish_reason":"\#(finish)"}],"usage":{"prompt_tokens":100,"completion_tokens":10}}
  """#
}

@Suite("Gateway client: which deployment", .timeLimit(.minutes(1)))
struct GatewayClientFallbackTests {
  @Test("a model that is asked for is called first, and those after it stand in for it")
  func askedModel() async throws {
    try await StubGateway.answering { _ in
      StubGateway.response(503, "{}")
    } during: { asked in
      try await StubGateway.answering { _ in
        StubGateway.response(200, StubGateway.completion)
      } during: { other in
        let large = GatewayTarget(
          try Deployment(
            name: "large", provider: "simulator", baseURL: asked.baseURL, model: "large",
            authentication: .none),
          standsInFor: [])
        let targets = [try target(other), large, try target(other, "last")]
        try await withClient(targets) { client in
          func name(_ model: String?) async throws -> String? {
            try await client.complete(request, ChatOptions(model: model)).deployment?.name
          }
          let names = [try await name("large"), try await name(nil), try await name("unknown")]
          #expect(names == ["last", "first", "first"])
          #expect(asked.calls.count == 1)
        }
      }
    }
  }

  @Test("a later deployment stands in for one that is out, and is named in the reply")
  func outage() async throws {
    try await StubGateway.answering { _ in
      StubGateway.response(503, "{}")
    } during: { first in
      try await StubGateway.answering { _ in
        StubGateway.response(200, StubGateway.completion)
      } during: { second in
        try await withClient([target(first), target(second, "second")]) { client in
          let reply = try await client.complete(request, deadline: nil)
          #expect(reply.deployment?.name == "second")
          #expect(reply.attempts == 2 && first.calls.count == 1 && second.calls.count == 1)
        }
      }
    }
  }

  @Test("attempts are counted over all deployments together")
  func attempts() async throws {
    try await StubGateway.answering { _ in
      StubGateway.response(503, "{}")
    } during: { first in
      try await StubGateway.answering { _ in
        StubGateway.response(503, "{}")
      } during: { second in
        try await withClient([target(first), target(second, "second")]) { client in
          let error = try await failure(client)
          #expect(error.attempts == 3)
          #expect(first.calls.count + second.calls.count == 3)
        }
      }
    }
  }

  @Test("a content filter goes on to another deployment only where that is configured")
  func contentFilter() async throws {
    let refused = #"{"error":{"code":"content_filter","message":"filtered"}}"#
    try await StubGateway.answering { _ in
      StubGateway.response(400, refused)
    } during: { first in
      try await StubGateway.answering { _ in
        StubGateway.response(200, StubGateway.completion)
      } during: { second in
        try await withClient([target(first), target(second, "second")]) { client in
          let error = try await failure(client)
          #expect(error.kind == .contentFilter)
          #expect(second.calls.isEmpty)
        }
        let willing = try target(second, "second", standsInFor: [.contentFilter])
        try await withClient([target(first), willing]) { client in
          let reply = try await client.complete(request, deadline: nil)
          #expect(reply.deployment?.name == "second")
        }
      }
    }
  }

  @Test("a spent quota goes on to another deployment, and the first is not asked again")
  func quota() async throws {
    let spent = #"{"error":{"code":"insufficient_quota","message":"exceeded your current quota"}}"#
    try await StubGateway.answering { _ in
      StubGateway.response(429, spent)
    } during: { first in
      try await StubGateway.answering { _ in
        StubGateway.response(200, StubGateway.completion)
      } during: { second in
        try await withClient([target(first), target(second, "second")]) { client in
          for _ in 0..<3 { _ = try await client.complete(request, deadline: nil) }
          #expect(first.calls.count == 1 && second.calls.count == 3)
        }
      }
    }
  }
}

@Suite("Gateway client: what is wrong with a reply", .timeLimit(.minutes(1)))
struct GatewayClientMendTests {
  @Test("the complaint about a reply is shown to the model once")
  func repair() async throws {
    try await StubGateway.answering { number in
      StubGateway.response(200, completion(number == 1 ? "bad" : "good"))
    } during: { stub in
      try await withClient([target(stub)]) { client in
        let reply = try await client.complete(
          request, ChatOptions(complaint: { $0 == "bad" ? "it is bad" : nil }))
        #expect(reply.content == "good" && reply.attempts == 2 && reply.wastedTokens == 110)
        let repair = try #require(stub.calls.last?.body)
        #expect(repair.contains(#""content":"bad""#) && repair.contains("assistant"))
        #expect(repair.contains("it is bad. Reply again"))
      }
    }
  }

  @Test("a reply that stays bad is handed over as it is, after one repair")
  func onlyOnce() async throws {
    try await StubGateway.answering { _ in
      StubGateway.response(200, completion("bad"))
    } during: { stub in
      try await withClient([target(stub)]) { client in
        let reply = try await client.complete(
          request, ChatOptions(complaint: { _ in "it is bad" }))
        #expect(reply.content == "bad" && stub.calls.count == 2)
      }
    }
  }

  @Test("a reply that was cut off is asked for once more with twice the room")
  func length() async throws {
    try await StubGateway.answering { _ in
      StubGateway.response(200, completion("cut", finish: "length"))
    } during: { stub in
      try await withClient([target(stub)]) { client in
        let reply = try await client.complete(request, deadline: nil)
        #expect(reply.finishReason == .length && reply.attempts == 2)
        #expect(stub.calls.map { $0.body.contains(#""max_tokens":20"#) } == [false, true])
      }
    }
  }

  @Test("a refusal and a filter are outcomes: no call is made for them again")
  func refusals() async throws {
    try await StubGateway.answering { _ in
      StubGateway.response(200, completion("", finish: "content_filter"))
    } during: { stub in
      try await withClient([target(stub)]) { client in
        let reply = try await client.complete(
          request, ChatOptions(complaint: { _ in "it is bad" }))
        #expect(reply.finishReason == .contentFilter && stub.calls.count == 1)
      }
    }
  }
}

@Suite("Gateway client: limits, breaker and budget", .timeLimit(.minutes(1)))
struct GatewayClientControlsTests {
  @Test("once calls fail one after the other nothing is sent, and no attempt is used up")
  func breaker() async throws {
    try await StubGateway.answering { _ in
      StubGateway.response(500, "{}")
    } during: { stub in
      let once = RetryPolicy(maximumAttempts: 1)
      try await withClient([target(stub)], policy: once) { client in
        for _ in 0..<4 {
          let error = try await failure(client)
          #expect(error.disposition == .retryLater)
        }
        let opening = try await failure(client)
        #expect(opening.kind == .circuitOpen && opening.disposition == .hold)
        let calls = stub.calls.count
        let held = try await failure(client)
        #expect(held.kind == .circuitOpen && held.attempts == 0 && held.retryAfter != nil)
        #expect(stub.calls.count == calls)
      }
    }
  }

  @Test("calls keep to the requests a minute")
  func pace() async throws {
    try await StubGateway.answering { _ in
      StubGateway.response(200, StubGateway.completion)
    } during: { stub in
      let limits = try DeploymentLimits(requestsPerMinute: 600, burst: .milliseconds(100))
      try await withClient([target(stub, limits: limits)]) { client in
        let start = ContinuousClock.now
        try await withThrowingTaskGroup(of: Void.self) { group in
          for _ in 0..<8 {
            group.addTask { _ = try await client.complete(request, deadline: nil) }
          }
          try await group.waitForAll()
        }
        // 8 turns of 101 ms, of which the first may be there at once.
        #expect(ContinuousClock.now - start >= .milliseconds(650))
      }
    }
  }

  @Test("a worker without partitions sends nothing; whose partition goes away stops waiting")
  func share() async throws {
    try await StubGateway.answering { _ in
      StubGateway.response(200, StubGateway.completion)
    } during: { stub in
      let limits = try DeploymentLimits(requestsPerMinute: 6_000)
      try await withClient(
        [target(stub, limits: limits)], share: .partitions(owned: [], of: 4)
      ) { client in
        let options = ChatOptions(owner: CallOwner(partition: 2, of: 4))
        let waiting = Task { try await client.complete(request, options) }
        while client.states[0].state.waiting == 0 { await Task.yield() }
        client.own([0, 1])
        let error = await #expect(throws: GatewayError.self) { try await waiting.value }
        #expect(error?.kind == .cancelled && stub.calls.isEmpty)
        client.own([2])
        _ = try await client.complete(request, options)
        #expect(stub.calls.count == 1)
      }
    }
  }

  @Test("a waiting call ends with its deadline and with its task")
  func waiting() async throws {
    try await StubGateway.answering { _ in
      StubGateway.response(200, StubGateway.completion)
    } during: { stub in
      try await withClient([target(stub)], share: .partitions(owned: [], of: 4)) { client in
        let late = try await failure(
          client, ChatOptions(deadline: .now + .milliseconds(50)))
        #expect(late.kind == .deadlineExceeded && late.attempts == 0)
        let waiting = Task { try await client.complete(request, ChatOptions()) }
        while client.states[0].state.waiting == 0 { await Task.yield() }
        waiting.cancel()
        let error = await #expect(throws: GatewayError.self) { try await waiting.value }
        #expect(error?.kind == .cancelled)
        #expect(client.states[0].state.waiting == 0)
      }
    }
  }

  private func keeper(_ micros: Int) -> BudgetKeeper {
    let keeper = BudgetKeeper(
      Budget(micros: micros, currency: "EUR", period: .month), logger: silent)
    keeper.open(0, note: nil, isTrusted: true)
    // A broker that takes every commit.
    keeper.commits { [weak keeper] in
      guard let keeper, let note = keeper.note(for: 0) else { return false }
      keeper.acknowledged(note, for: 0)
      return true
    }
    return keeper
  }

  @Test("a call costs what its reply says, and none is made that could cost more than is left")
  func budget() async throws {
    try await StubGateway.answering { _ in
      StubGateway.response(200, completion("good"))
    } during: { stub in
      // 100 + 10 tokens cost 120; its bytes and max_tokens are worth some 100 more.
      let price = TokenPrice(input: 1_000_000, output: 2_000_000, currency: "EUR")
      let keeper = keeper(1_000)
      try await withClient([target(stub, price: price)], budget: keeper) { client in
        let options = ChatOptions(owner: CallOwner(partition: 0, of: 1))
        let reply = try await client.complete(request, options)
        #expect(reply.cost == Cost(micros: 120, currency: "EUR"))
        #expect(keeper.state.used == 120)
        var error: GatewayError?
        while error == nil, stub.calls.count < 20 {
          do throws(GatewayError) {
            _ = try await client.complete(request, options)
          } catch let cause {
            error = cause
          }
        }
        #expect(error?.kind == .budgetSpent && error?.disposition == .hold)
        #expect(error?.attempts == 0)
        #expect(keeper.state.used <= 1_000 && keeper.state.used == stub.calls.count * 120)
      }
    }
  }

  @Test("a call of which nobody knows what it used is charged at its upper bound")
  func unknownUsage() async throws {
    try await StubGateway.answering { _ in
      try await Task.sleep(for: .seconds(3_600))
      return StubGateway.response(200, "{}")
    } during: { stub in
      let keeper = keeper(1_000_000)
      let price = TokenPrice(input: 1_000_000, output: 2_000_000, currency: "EUR")
      let slow = try target(stub, price: price, timeout: .milliseconds(100))
      try await withClient([slow], budget: keeper, policy: RetryPolicy(maximumAttempts: 1)) {
        client in
        let error = try await failure(
          client, ChatOptions(owner: CallOwner(partition: 0, of: 1)))
        #expect(error.kind == .timeout)
        #expect(keeper.state.used > 20 && error.cost?.micros == keeper.state.used)
      }
    }
  }

  @Test("what the gateway refuses costs nothing")
  func refusedIsFree() async throws {
    try await StubGateway.answering { _ in
      StubGateway.response(400, "{}")
    } during: { stub in
      let keeper = keeper(1_000_000)
      let price = TokenPrice(input: 1_000_000, output: 2_000_000, currency: "EUR")
      try await withClient([target(stub, price: price)], budget: keeper) { client in
        _ = try await failure(client, ChatOptions(owner: CallOwner(partition: 0, of: 1)))
        #expect(keeper.state.used == 0)
      }
    }
  }
}
