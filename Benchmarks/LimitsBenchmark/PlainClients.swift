import AsyncHTTPClient
import BenchmarkSupport
import NIOCore
import NIOHTTP1

/// What many do: as many calls at once as there are threads, and exponential backoff after each 429.
struct PlainClients {
  private let callers = 64
  private let length = 120
  private static let body = """
    {"model":"measured","max_tokens":500,"messages":[{"role":"user","content":"Say yes."}]}
    """

  func run() async throws -> [Figure] {
    let settings: [String: any Sendable] = [
      "requests_per_minute": LiveLimits.requestsPerMinute, "window": "sliding", "latency": "1s",
    ]
    var configuration = HTTPClient.Configuration()
    configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = callers
    let client = HTTPClient(configuration: configuration)
    let result: Result<[Figure], any Error>
    do { result = .success(try await measure(settings, client)) } catch { result = .failure(error) }
    try await client.shutdown()
    return try result.get()
  }

  private func measure(
    _ settings: [String: any Sendable], _ client: HTTPClient
  ) async throws -> [Figure] {
    try await SimulatorControl.run(settings) { simulator in
      let deadline = ContinuousClock.now + .seconds(length + 1)
      try await withThrowingTaskGroup(of: Void.self) { group in
        for _ in 0..<callers {
          group.addTask {
            var backoff = 0.5
            while ContinuousClock.now < deadline {
              if try await Self.call(simulator.url, client) {
                backoff = 0.5
              } else {
                try await Task.sleep(for: .seconds(backoff * .random(in: 0.5...1)))
                backoff = min(backoff * 2, 8)
              }
            }
          }
        }
        try await group.waitForAll()
      }
      let ledger = try await simulator.ledger()
      print("plain clients: \(ledger.windows) in whole windows, refused: \(ledger.refused)")
      let used = ledger.windows.map { Double($0) / Double(LiveLimits.requestsPerMinute) }
      return [
        Figure("plain_limit_used", used.min() ?? .nan),
        Figure("plain_429s", Double(ledger.refused.values.reduce(0, +)), .above(0)),
      ]
    }
  }

  /// False when it was refused.
  private static func call(_ url: String, _ client: HTTPClient) async throws -> Bool {
    var request = HTTPClientRequest(url: url + "/chat/completions")
    request.method = .POST
    request.headers.add(name: "content-type", value: "application/json")
    request.body = .bytes(ByteBuffer(string: body))
    let response = try await client.execute(request, timeout: .seconds(30))
    _ = try await response.body.collect(upTo: 1 << 20)
    return response.status == .ok
  }
}
