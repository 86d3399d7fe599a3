import ArgumentParser
import AsyncHTTPClient
import BenchmarkSupport
import HTTPTypes
import HighlightStore
import HighlightsProtocol
import Hummingbird
import Logging
import LookupService
import NIOCore
import NIOHTTP1
import ServiceLifecycle

/// The look-up service, and beside it a route that returns a constant, in a process of their own.
struct LookupServer: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "server", abstract: "Serves until standard input closes.", shouldDisplay: false)

  @Option var store: String
  @Option var cacheBytes: Int

  func run() async throws {
    try FileLimit.raise(toHold: 1_024)
    var logger = Logger(label: "server")
    logger.logLevel = .warning
    let store = try SQLiteHighlightStore(readingFrom: store)
    let service = LookupService(
      configuration: lookupConfiguration, store: store, queue: NoQueue(), videos: nil,
      logger: logger)
    let bare = BareRoute(copyOf: service, logger: logger)
    let result: Result<Void, any Error>
    do {
      try await ChildServices.run([service, bare])
      result = .success(())
    } catch { result = .failure(error) }
    try await store.close()
    try result.get()
  }

  private var lookupConfiguration: LookupServiceConfiguration {
    let unlimited = Rate(perMinute: 1e12, burst: 1e12)
    return LookupServiceConfiguration(
      port: 0,
      limits: .init(cacheBytes: cacheBytes, client: unlimited, newKeys: unlimited))
  }
}

/// Nothing is missing here, so nothing may be published.
private struct NoQueue: SearchQueue {
  func publish(_ query: SearchQuery) async throws {
    throw BenchmarkError("a search that is in the store was published: \(query.text)")
  }
}

/// The least that Hummingbird does: a route that returns bytes made beforehand, with the headers that a look-up has.
private struct BareRoute: Service {
  private let service: LookupService
  private let logger: Logger

  init(copyOf service: LookupService, logger: Logger) {
    self.service = service
    self.logger = logger
  }

  func run() async throws {
    let port = try await service.port()
    let (headers, body) = try await Self.answer(port)
    let router = Router()
    router.get("/v1/highlights") { _, _ in
      Response(status: .ok, headers: headers, body: ResponseBody(byteBuffer: body))
    }
    // How much is in memory, so that a run shows that it was as little as it says.
    router.get("/cached") { [service] _, _ in "\(service.statistics.cached)" }
    let application = Application(
      router: router,
      configuration: ApplicationConfiguration(address: .hostname("127.0.0.1", port: 0)),
      onServerRunning: { channel in
        ChildServices.say("\(port) \(channel.localAddress?.port ?? 0)")
      }, logger: logger)
    try await application.run()
  }

  private static func answer(_ port: Int) async throws -> (HTTPFields, ByteBuffer) {
    let url = "http://127.0.0.1:\(port)\(SampleHighlights.path(0))"
    let response = try await HTTPClient.shared.execute(
      HTTPClientRequest(url: url), timeout: .seconds(10))
    let body = try await response.body.collect(upTo: 1 << 20)
    guard response.status == .ok else { throw BenchmarkError("\(url): \(response.status)") }
    var fields = HTTPFields()
    // Those that the server adds itself to every answer of either route.
    let own = ["content-length", "date", "server", "connection", "keep-alive"]
    for (name, value) in response.headers where !own.contains(name.lowercased()) {
      if let name = HTTPField.Name(name) { fields[name] = value }
    }
    return (fields, body)
  }
}
