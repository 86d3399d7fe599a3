import AsyncHTTPClient
import BenchmarkSupport
import Foundation
import NIOCore
import NIOFoundationCompat
import NIOHTTP1
import TestSupport

/// `highlights gateway` in a process of its own, with what it can be told and asked while it runs.
struct SimulatorControl: Sendable {
  /// What it admitted and refused; the parts that are read here.
  struct Ledger: Decodable, Sendable {
    struct Second: Decodable, Sendable {
      let second: Int
      let admitted: Int
    }

    let elapsed: Double
    let received: Int
    let receivedDuringOutage: Int
    let admitted: Int
    let refused: [String: Int]
    let completed: Int
    let seconds: [Second]

    /// Requests admitted in whole windows of 60 s, the first of which is left out.
    var windows: [Int] {
      stride(from: 60, to: Int(elapsed) - 59, by: 60).map { start in
        seconds.filter { (start..<(start + 60)).contains($0.second) }
          .reduce(0) { $0 + $1.admitted }
      }
    }
  }

  private struct Statistics: Decodable { let inFlight: Int }

  /// The URL up to, and without, `/chat/completions`.
  let url: String
  private let root: String

  /// Runs `body` beside a simulator with these settings, by their names in `/admin/settings`.
  static func run<T>(
    _ settings: [String: any Sendable], _ body: (SimulatorControl) async throws -> T
  ) async throws -> T {
    let process = try HighlightsProcess.start(
      ["gateway", "--port", "0", "--set", "simulator.mode=fixed", "--log-level", "error"])
    defer { process.kill() }
    try await poll("the simulator to print its URL") { process.output.contains("/v1\n") }
    let url = process.output.trimmingCharacters(in: .whitespacesAndNewlines)
    let control = SimulatorControl(url: url, root: String(url.dropLast(3)))
    try await control.change(settings)
    return try await body(control)
  }

  private init(url: String, root: String) {
    self.url = url
    self.root = root
  }

  func change(_ settings: [String: any Sendable]) async throws {
    let body = try JSONSerialization.data(withJSONObject: settings)
    _ = try await call(.PATCH, "/admin/settings", body)
  }

  func resetLedger() async throws { _ = try await call(.POST, "/admin/ledger/reset") }

  func ledger() async throws -> Ledger {
    try decoder.decode(Ledger.self, from: try await call(.GET, "/admin/ledger"))
  }

  func inFlight() async throws -> Int {
    try decoder.decode(Statistics.self, from: try await call(.GET, "/stats")).inFlight
  }

  private var decoder: JSONDecoder {
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    return decoder
  }

  private func call(_ method: HTTPMethod, _ path: String, _ body: Data? = nil) async throws -> Data
  {
    var request = HTTPClientRequest(url: root + path)
    request.method = method
    request.headers.add(name: "content-type", value: "application/json")
    if let body { request.body = .bytes(ByteBuffer(data: body)) }
    let response = try await HTTPClient.shared.execute(request, timeout: .seconds(10))
    let data = Data(buffer: try await response.body.collect(upTo: 4 << 20))
    guard response.status == .ok else {
      throw BenchmarkError(
        "\(method) \(path): \(response.status): \(String(decoding: data, as: UTF8.self))")
    }
    return data
  }
}
