import Foundation
import HTTPTypes
import HighlightsProtocol
import NIOHTTP1
import Testing
import Yams

@testable import LookupService

/// Holds the server to its contract, `Protocols/openapi.yaml`.
@Suite("Contract")
struct OpenAPITests {
  private typealias Node = [String: Any]

  private func paths() throws -> [String: Node] {
    let url = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appending(path: "Protocols/openapi.yaml")
    let document = try Yams.load(yaml: String(contentsOf: url, encoding: .utf8)) as? Node
    return try #require(document?["paths"] as? [String: Node])
  }

  @Test("it lists the paths and methods that are served, no more and no fewer")
  func endpoints() throws {
    let listed = try paths().mapValues { Set($0.keys.filter { $0 != "summary" }) }
    // Every GET may be a HEAD, as the document says once for all, but for the stream.
    let served = Endpoints.methods.mapValues { methods in
      Set(methods.filter { $0 != .head }.map { $0.rawValue.lowercased() })
    }
    #expect(listed == served)
    for (path, methods) in Endpoints.methods {
      #expect(
        methods.contains(.head) == (methods.contains(.get) && path != "/v1/highlights/stream"),
        "\(path)")
    }
  }

  /// Requests, each with the answer that it gets.
  private static let answers: [(method: String, path: String, status: Int)] = [
    ("get", "/v1/highlights?q=known", 200), ("get", "/v1/highlights?q=new", 202),
    ("get", "/v1/highlights", 400), ("get", "/v1/highlights?q=none", 404),
    ("get", "/v1/highlights?q=gone", 410), ("get", "/v1/highlights?q=known&variant=x", 404),
    ("get", "/v1/highlights/stream?q=known", 200), ("get", "/v1/highlights/stream", 400),
    ("get", "/v1/highlights/stream?q=known&variant=x", 404), ("post", "/v1/queries", 202),
    ("get", "/v1/videos/search?q=a", 200), ("get", "/v1/videos/search", 400),
    ("delete", "/v1/highlights?q=other&reason=r&actor=a", 200),
    ("delete", "/v1/highlights?q=other&reason=r", 400),
    ("delete", "/v1/highlights?q=other&reason=r&actor=a&as=nobody", 401),
    ("post", "/v1/highlights/restore?q=other&actor=a", 200),
    ("post", "/v1/highlights/restore?q=other", 400),
    ("post", "/v1/highlights/restore?q=other&actor=a&as=nobody", 401),
    ("delete", "/v1/videos/v-1?reason=r&actor=a", 200), ("delete", "/v1/videos/v-1", 400),
    ("delete", "/v1/videos/v-1?as=nobody", 401),
    ("delete", "/v1/videos/search?reason=r&actor=a", 200),
    ("post", "/v1/videos/v-1/restore?actor=a", 200), ("post", "/v1/videos/v-1/restore", 400),
    ("post", "/v1/videos/v-1/restore?as=nobody", 401),
    ("get", "/v1/fleet", 200), ("get", "/fleet", 200), ("get", "/fleet.css", 200),
    ("get", "/fleet.js", 200), ("get", "/healthz", 200), ("get", "/", 200),
    ("get", "/page.css", 200),
    ("get", "/page.js", 200), ("get", "/icon.svg", 200),
  ]

  @Test("each answer has a status, a type and headers that it lists")
  func statuses() async throws {
    let paths = try paths()
    var bench = Bench { $0.tokens.admin = "a" }
    bench.fleet = FleetFeed(queries: "search.queries", time: bench.clock.time)
    bench.store.put(try highlight("known"))
    bench.store.put(try highlight("none", status: .noAnswer, reason: "no_videos"))
    bench.store.put(try highlight("gone", status: .withdrawn))
    try await bench.serve { client, _ in
      for (method, path, status) in Self.answers {
        let asNobody = "as=nobody"
        let token = path.contains(asNobody) ? "x" : "a"
        let reply = try await client.send(
          HTTPMethod(rawValue: method.uppercased()),
          path.replacingOccurrences(of: "&\(asNobody)", with: "")
            .replacingOccurrences(of: "?\(asNobody)", with: ""),
          headers: ["authorization": "Bearer \(token)", "content-type": "application/json"],
          body: path == "/v1/queries" ? #"{"text":"a"}"# : nil)
        #expect(reply.status == status, "\(method) \(path)")
        let name = String(path.prefix { $0 != "?" }).replacing("v-1", with: "{id}")
        let operation = try #require(paths[name]?[method] as? Node)
        let responses = try #require(operation["responses"] as? Node)
        let response = try #require(responses[String(status)] as? Node, "\(path) \(status)")
        guard response["$ref"] == nil else { continue }
        let content = try #require(response["content"] as? Node)
        let type = String((reply.header("content-type") ?? "").prefix { $0 != ";" })
        #expect(content.keys.contains(type), "\(path) \(type)")
        for header in (response["headers"] as? Node ?? [:]).keys {
          #expect(reply.header(header) != nil, "\(path) \(status) \(header)")
        }
      }
    }
  }

  @Test("every path that can be refused lists the refusals")
  func refusals() throws {
    for (path, node) in try paths() where path.hasPrefix("/v1/") && path != "/v1/fleet" {
      for case let operation as Node in node.values {
        let responses = try #require(operation["responses"] as? Node)
        for status in ["400", "429", "503"] { #expect(responses[status] != nil, "\(path)") }
      }
    }
    let queries = try #require(try paths()["/v1/queries"]?["post"] as? Node)
    let responses = try #require(queries["responses"] as? Node)
    for status in ["401", "413", "415"] { #expect(responses[status] != nil) }
    for (path, method) in [
      ("/v1/highlights", "delete"), ("/v1/highlights/restore", "post"),
      ("/v1/videos/{id}", "delete"), ("/v1/videos/{id}/restore", "post"),
    ] {
      let operation = try #require(try paths()[path]?[method] as? Node)
      let responses = try #require(operation["responses"] as? Node)
      for status in ["401", "403", "501"] { #expect(responses[status] != nil, "\(path)") }
    }
  }
}
