import AsyncHTTPClient
import CoreMetrics
import Foundation
import Logging
import NIOCore
import NIOHTTP1
import Observability
import Synchronization
import Testing

@Suite("Status server")
struct StatusServerTests {
  @Test(
    "health follows the troubles, status and metrics are as given; it has started once it was ready"
  )
  func endpoints() async throws {
    let troubles = Mutex<[String]>([])
    let missing = Mutex(["partitions"])
    let metrics = PrometheusMetrics()
    let (ports, port) = AsyncStream<Int>.makeStream()
    let server = StatusServer(
      host: "127.0.0.1", port: 0,
      source: .init(
        troubles: { troubles.withLock { $0 } }, report: { Data(#"{"inFlight":3}"#.utf8) },
        missing: { missing.withLock { $0 } },
        measure: { metrics.makeMeter(label: "measured", dimensions: []).set(Int64(1)) }),
      metrics: metrics, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
      onRunning: { port.yield($0) })
    let running = Task { try await server.run() }
    var iterator = ports.makeAsyncIterator()
    let number = try #require(await iterator.next())
    func get(_ path: String) async throws -> (Int, String) {
      let response = try await HTTPClient.shared.execute(
        HTTPClientRequest(url: "http://127.0.0.1:\(number)\(path)"), timeout: .seconds(10))
      let body = try await response.body.collect(upTo: 1 << 20)
      return (Int(response.status.code), String(buffer: body))
    }
    #expect(try await get("/health") == (200, "ok\n"))
    troubles.withLock { $0 = ["a stands still", "b too"] }
    #expect(try await get("/health") == (503, "a stands still\nb too\n"))
    #expect(try await get("/livez") == (503, "a stands still\nb too\n"))
    for path in ["/readyz", "/startupz"] {
      #expect(try await get(path) == (503, "partitions\n"))
    }
    missing.withLock { $0 = [] }
    for path in ["/readyz", "/startupz"] { #expect(try await get(path) == (200, "ok\n")) }
    missing.withLock { $0 = ["gateway"] }
    #expect(try await get("/readyz") == (503, "gateway\n"))
    #expect(try await get("/startupz") == (200, "ok\n"))
    #expect(try await get("/status") == (200, #"{"inFlight":3}"#))
    metrics.makeCounter(label: "c", dimensions: []).increment(by: 1)
    #expect(
      try await get("/metrics") == (
        200, "# TYPE c_total counter\nc_total 1\n# TYPE measured gauge\nmeasured 1\n"
      ))
    #expect(try await get("/other").0 == 404)
    running.cancel()
    try? await running.value
  }
}
