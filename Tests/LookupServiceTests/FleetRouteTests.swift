import AsyncHTTPClient
import Foundation
import HighlightsProtocol
import Hummingbird
import Logging
import ServiceLifecycle
import Testing

@testable import LookupService

@Suite("Fleet routes")
struct FleetRouteTests {
  private func serve(
    _ feed: FleetFeed, _ body: (Client) async throws -> Void
  ) async throws {
    let router = Router(context: LookupContext.self)
    FleetRoutes.add(to: router, feed: feed)
    let port = BoundPort()
    let logger = Logger(label: "fleet", factory: { _ in SwiftLogNoOpLogHandler() })
    let application = Application(
      router: router, configuration: .init(address: .hostname("127.0.0.1", port: 0)),
      onServerRunning: { channel in
        if let number = channel.localAddress?.port { await port.listen(on: number) }
      }, logger: logger)
    let group = ServiceGroup(services: [application], logger: logger)
    let client = HTTPClient(eventLoopGroup: HTTPClient.defaultEventLoopGroup)
    defer { client.shutdown { _ in } }
    try await withThrowingTaskGroup(of: Void.self) { tasks in
      tasks.addTask { try await group.run() }
      try await body(Client(http: client, port: try await port.value()))
      await group.triggerGracefulShutdown()
      try await tasks.waitForAll()
    }
  }

  @Test("the figures are JSON that nobody keeps, made at most once a second")
  func figures() async throws {
    let clock = HandClock()
    let feed = FleetFeed(queries: "queries", time: clock.time)
    try await serve(feed) { client in
      feed.take(FleetBoardTests.status("a", partitions: 0..<2))
      feed.take(try outcome("ramen", .answered))
      let reply = try await client.get("/v1/fleet")
      #expect(reply.status == 200)
      #expect(reply.header("content-type") == "application/json")
      #expect(reply.header("cache-control") == "no-store")
      let snapshot = try JSONDecoder().decode(FleetSnapshot.self, from: Data(reply.body.utf8))
      #expect(snapshot == feed.snapshot())
      #expect(snapshot.workers.map(\.name) == ["a"])
      #expect(snapshot.outcomes.map(\.result) == ["answered"])
      feed.take(FleetBoardTests.status("b"))
      #expect(try await client.get("/v1/fleet").body == reply.body)
      clock.move(by: .seconds(1))
      let later = try await client.get("/v1/fleet")
      #expect(later.body.contains("\"name\":\"b\""))
    }
  }

  @Test("the feed keeps time by what has passed, not by a clock that is set")
  func time() throws {
    let clock = HandClock()
    var time = clock.time
    time.now = { HandClock.start }
    let feed = FleetFeed(queries: "queries", time: time)
    feed.take(FleetBoardTests.status("a"))
    clock.move(by: .seconds(61))
    #expect(feed.snapshot().workers.map(\.state) == ["gone"])
    #expect(feed.snapshot().at == HandClock.start.advanced(byMilliseconds: 61_000).description)
  }

  @Test("the page and its files are served by this server alone, under a strict policy")
  func assets() async throws {
    try await serve(FleetFeed(queries: "queries")) { client in
      #expect(Set(FleetAsset.all.map(\.path) + ["/v1/fleet"]) == Set(FleetRoutes.methods.keys))
      for asset in FleetAsset.all {
        let reply = try await client.get(asset.path)
        #expect(reply.status == 200)
        let policy = try #require(reply.header("content-security-policy"))
        #expect(policy.hasPrefix("default-src 'none'; script-src 'self'; style-src 'self';"))
        #expect(policy.contains("frame-ancestors 'none'"))
        #expect(!policy.contains("unsafe"))
        let tag = try #require(reply.header("etag"))
        let again = try await client.get(asset.path, headers: ["if-none-match": tag])
        #expect(again.status == 304)
      }
    }
  }
}
