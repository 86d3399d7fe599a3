import AsyncHTTPClient
import Foundation
import GatewaySimulator
import Logging
import NIOCore
import NIOFoundationCompat
import NIOHTTP1
import ServiceLifecycle

/// Speaks to a simulator over real HTTP.
struct SimulatorClient: Sendable {
  struct Reply: Sendable {
    let status: Int
    let headers: HTTPHeaders
    let body: Data

    /// The body as JSON, to be reached into by key and index.
    subscript(path: any Sendable...) -> Any? {
      var value: Any? = try? JSONSerialization.jsonObject(with: body)
      for step in path {
        if let key = step as? String { value = (value as? [String: Any])?[key] }
        if let index = step as? Int, let array = value as? [Any], array.indices.contains(index) {
          value = array[index]
        }
      }
      return value
    }

    var answer: ExtractiveAnswer? {
      (self["choices", 0, "message", "content"] as? String).flatMap {
        try? JSONDecoder().decode(ExtractiveAnswer.self, from: Data($0.utf8))
      }
    }
  }

  let port: Int

  func get(_ path: String, key: String? = nil) async throws -> Reply {
    try await send(HTTPClientRequest(url: "http://127.0.0.1:\(port)\(path)"), key: key)
  }

  func post(
    _ body: String, to path: String = "/v1/chat/completions", key: String? = nil
  ) async throws -> Reply {
    var request = HTTPClientRequest(url: "http://127.0.0.1:\(port)\(path)")
    request.method = .POST
    request.body = .bytes(ByteBuffer(string: body))
    return try await send(request, key: key)
  }

  @discardableResult
  func patch(_ settings: String) async throws -> Reply {
    var request = HTTPClientRequest(url: "http://127.0.0.1:\(port)/admin/settings")
    request.method = .PATCH
    request.body = .bytes(ByteBuffer(string: settings))
    return try await send(request, key: nil)
  }

  func ledger() async throws -> GatewayLedger {
    try JSONDecoder().decode(GatewayLedger.self, from: try await get("/admin/ledger").body)
  }

  func chat(_ prompt: String, key: String? = nil) async throws -> Reply {
    try await post(Self.chatBody(prompt), key: key)
  }

  func statistics() async throws -> GatewaySimulatorStatistics {
    try JSONDecoder().decode(
      GatewaySimulatorStatistics.self, from: try await get("/stats").body)
  }

  static func chatBody(_ prompt: String) throws -> String {
    let body: [String: Any] = [
      "model": "gpt-test",
      "messages": [
        ["role": "system", "content": "Answer from the videos."],
        ["role": "user", "content": prompt],
      ],
    ]
    return String(decoding: try JSONSerialization.data(withJSONObject: body), as: UTF8.self)
  }

  private func send(_ request: HTTPClientRequest, key: String?) async throws -> Reply {
    var request = request
    if let key { request.headers.add(name: "authorization", value: "Bearer \(key)") }
    let response = try await HTTPClient.shared.execute(request, timeout: .seconds(60))
    let body = try await response.body.collect(upTo: 1 << 24)
    return Reply(
      status: Int(response.status.code), headers: response.headers, body: Data(buffer: body))
  }
}

/// Runs a simulator for as long as `body` does, then shuts it down gracefully, or hard if
/// `isCancelled`.
func withSimulator(
  _ configuration: GatewaySimulatorConfiguration = .init(), isCancelled: Bool = false,
  _ body: (SimulatorClient) async throws -> Void
) async throws {
  var logger = Logger(label: "simulator")
  logger.logLevel = .error
  let simulator = GatewaySimulator(configuration, logger: logger)
  let group = ServiceGroup(services: [simulator], logger: logger)
  try await withThrowingTaskGroup(of: Void.self) { tasks in
    tasks.addTask { try await group.run() }
    try await body(SimulatorClient(port: try await simulator.port()))
    if isCancelled {
      tasks.cancelAll()
    } else {
      await group.triggerGracefulShutdown()
    }
    do { try await tasks.waitForAll() } catch is CancellationError where isCancelled {}
  }
}
