import AsyncHTTPClient
import BenchmarkSupport
import Foundation
import NIOCore
import NIOHTTP1
import TestSupport

/// A `highlights` process that serves, and what it answers.
struct ServedAddress: Sendable {
  let url: String
  private let client: HTTPClient

  /// Runs `body` beside `highlights` with these arguments, and ends it whatever comes of it.
  ///
  /// - Parameter said: What it says once it can be asked.
  static func run<T>(
    _ arguments: [String], once said: String, _ body: (ServedAddress) async throws -> T
  ) async throws -> T {
    let process = try HighlightsProcess.start(arguments)
    defer { process.kill() }
    try await process.says(said, limit: .seconds(60))
    guard let address = process.errors.firstMatch(of: /serve: (http:\/\/127\.0\.0\.1:[0-9]+)/)
    else {
      throw BenchmarkError("no address to ask: \(process.errors.suffix(2_000))")
    }
    var configuration = HTTPClient.Configuration()
    configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = 2_000
    let client = HTTPClient(configuration: configuration)
    let result: Result<T, any Error>
    do {
      result = .success(
        try await body(ServedAddress(url: String(address.output.1), client: client)))
    } catch { result = .failure(error) }
    try await client.shutdown()
    let value = try result.get()
    process.terminate()
    let ended = try await process.wait(limit: .seconds(60))
    guard ended.end == .exited(0) else { throw BenchmarkError("highlights: \(ended)") }
    return value
  }

  /// A look-up's status and answer.
  ///
  /// - Parameter wait: As in the API, such as "10s".
  func lookUp(_ text: String, wait: String? = nil) async throws -> (status: Int, body: String) {
    let response = try await get("/v1/highlights", text, wait)
    let body = try await response.body.collect(upTo: 1 << 20)
    return (Int(response.status.code), String(buffer: body))
  }

  /// Reads a search's events until one that begins with `event`.
  func follow(_ text: String, until event: String) async throws {
    let response = try await get("/v1/highlights/stream", text, nil)
    guard response.status == .ok else { throw BenchmarkError("the stream: \(response.status)") }
    var read = ""
    for try await part in response.body {
      read += String(buffer: part)
      if read.contains("event: \(event)\n") { return }
    }
    throw BenchmarkError("the stream ended without \"\(event)\": \(read)")
  }

  private func get(
    _ path: String, _ text: String, _ wait: String?
  ) async throws -> HTTPClientResponse {
    var parts = URLComponents()
    parts.path = path
    parts.queryItems = [
      URLQueryItem(name: "q", value: text), URLQueryItem(name: "locale", value: "en"),
    ]
    if let wait { parts.queryItems?.append(URLQueryItem(name: "wait", value: wait)) }
    return try await client.execute(
      HTTPClientRequest(url: url + (parts.string ?? path)), timeout: .seconds(60))
  }
}
