import AsyncHTTPClient
import HighlightsProtocol
import NIOCore
import NIOHTTP1
import TestSupport
import Testing

@testable import LookupService

@Suite("HTTP")
struct HTTPTests {
  @Test(
    "HEAD is answered as GET is, without the body",
    arguments: [
      "/v1/highlights?q=ramen", "/v1/highlights?q=new", "/v1/highlights?q=none",
      "/v1/highlights?q=gone", "/v1/highlights", "/v1/videos/search?q=a", "/healthz", "/",
      "/page.css", "/page.js", "/icon.svg", "/v1/fleet", "/fleet", "/nothing",
    ])
  func head(_ path: String) async throws {
    var bench = Bench()
    bench.fleet = FleetFeed(queries: "search.queries", time: bench.clock.time)
    bench.store.put(try highlight())
    bench.store.put(try highlight("none", status: .noAnswer, reason: "no_videos"))
    bench.store.put(try highlight("gone", status: .withdrawn))
    try await bench.serve { client, _ in
      // On one connection, so that a body that came all the same would be taken for the next answer.
      let get = try await client.get(path)
      let head = try await client.send(.HEAD, path)
      let again = try await client.get(path)
      #expect(head.status == get.status)
      #expect(head.body.isEmpty)
      #expect(Self.comparable(head) == Self.comparable(get))
      #expect(head.header("content-length") == "\(get.body.utf8.count)")
      #expect(again.body == get.body)
      let tag = get.header("etag") ?? ""
      if !tag.isEmpty {
        let unchanged = try await client.send(.HEAD, path, headers: ["if-none-match": tag])
        #expect(unchanged.status == 304)
      }
    }
    #expect(bench.queue.published.count <= 1)
  }

  private static func comparable(_ reply: Client.Reply) -> [String: String] {
    var headers: [String: String] = [:]
    for (name, value) in reply.headers where name.lowercased() != "date" {
      headers[name.lowercased()] = value
    }
    return headers
  }

  @Test("a stream of events has no HEAD, and asking for it publishes nothing")
  func streamHead() async throws {
    let bench = Bench()
    try await bench.serve { client, _ in
      let head = try await client.send(.HEAD, "/v1/highlights/stream?q=ramen")
      #expect(head.status == 405)
      #expect(head.header("allow") == "GET, OPTIONS")
    }
    #expect(bench.queue.published.isEmpty)
  }

  @Test("beyond the bound on open connections one waits until another closes")
  func connections() async throws {
    let bench = Bench { $0.limits.connections = 2 }
    try await bench.serve { client, _ in
      var clients = (0..<3).map { _ in HTTPClient(eventLoopGroup: HTTPClient.defaultEventLoopGroup)
      }
      defer { for client in clients { client.shutdown { _ in } } }
      for http in clients.prefix(2) {
        #expect(try await Client(http: http, port: client.port).get("/healthz").status == 200)
      }
      let third = clients[2]
      let request = HTTPClientRequest(url: "http://127.0.0.1:\(client.port)/healthz")
      await #expect(throws: (any Error).self) {
        try await third.execute(request, timeout: .milliseconds(300))
      }
      try await clients.removeFirst().shutdown()
      let admitted = try await third.execute(request, timeout: .seconds(60))
      #expect(admitted.status == .ok)
    }
  }
}
