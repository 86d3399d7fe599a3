import Foundation
import HTTPTypes
import HighlightsProtocol
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
    let served = Endpoints.methods.mapValues { Set($0.map { $0.rawValue.lowercased() }) }
    #expect(listed == served)
  }

  /// Requests, each with the answer that it gets.
  private static let answers: [(method: String, path: String, status: Int)] = [
    ("get", "/v1/highlights?q=known", 200), ("get", "/v1/highlights?q=new", 202),
    ("get", "/v1/highlights", 400), ("get", "/v1/highlights?q=none", 404),
    ("get", "/v1/highlights?q=gone", 410), ("get", "/v1/highlights?q=known&variant=x", 404),
    ("get", "/v1/highlights/stream?q=known", 200), ("get", "/v1/highlights/stream", 400),
    ("get", "/v1/highlights/stream?q=known&variant=x", 404), ("post", "/v1/queries", 202),
    ("get", "/v1/videos/search?q=a", 200), ("get", "/v1/videos/search", 400),
    ("get", "/healthz", 200), ("get", "/", 200), ("get", "/page.css", 200),
    ("get", "/page.js", 200), ("get", "/icon.svg", 200),
  ]

  @Test("each answer has a status, a type and headers that it lists")
  func statuses() async throws {
    let paths = try paths()
    let bench = Bench()
    bench.store.put(try highlight("known"))
    bench.store.put(try highlight("none", status: .noAnswer, reason: "no_videos"))
    bench.store.put(try highlight("gone", status: .withdrawn))
    try await bench.serve { client, _ in
      for (method, path, status) in Self.answers {
        let reply =
          method == "post"
          ? try await client.post(#"{"text":"a"}"#) : try await client.get(path)
        #expect(reply.status == status, "\(method) \(path)")
        let name = String(path.prefix { $0 != "?" })
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
    for (path, node) in try paths() where path.hasPrefix("/v1/") {
      for case let operation as Node in node.values {
        let responses = try #require(operation["responses"] as? Node)
        for status in ["400", "429", "503"] { #expect(responses[status] != nil, "\(path)") }
      }
    }
    let queries = try #require(try paths()["/v1/queries"]?["post"] as? Node)
    let responses = try #require(queries["responses"] as? Node)
    for status in ["401", "413", "415"] { #expect(responses[status] != nil) }
  }
}
