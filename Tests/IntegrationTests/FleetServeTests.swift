import Foundation
import FoundationNetworking
import HighlightsProtocol
import SwiftProtobuf
import TestSupport
import Testing

extension FleetTests {
  @Test(
    "a search that is looked up is written once, however many ask, and answered to all who wait")
  func lookUps() async throws {
    try await Fleet.run { fleet in
      let gateway = try await FleetGateway.start(latency: "300ms")
      let videos = try await fleet.sampleCatalog()
      let (worker, cache) = try await fleet.workers(gateway)
      let server = try await FleetServer.start(fleet, catalog: videos)

      let missing = "how do you find the ramen counter near hoshimachi station"
      let first = try await server.get(missing)
      #expect(first.status == 202, "\(first)")
      #expect(first.header("Retry-After") != nil)
      let waited = try await server.get(missing, "&wait=20s")
      #expect([200, 404].contains(waited.status), "\(waited)")

      // One key, a thousand clients.
      let before = try await fleet.everything(in: "search.queries").count
      let crowd = "best ramen near hoshimachi station"
      let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
        for _ in 0..<1_000 {
          group.addTask { try await server.get(crowd, "&wait=25s").status }
        }
        return try await group.reduce(into: [:]) { $0[$1, default: 0] += 1 }
      }
      #expect(statuses == [200: 1_000])
      #expect(try await fleet.everything(in: "search.queries").count == before + 1)
      let hit = try await server.get(crowd)
      #expect(hit.status == 200 && hit.header("X-Highlight") == "fresh", "\(hit)")
      let again = try await server.get(crowd, etag: hit.header("ETag"))
      #expect(again.status == 304, "\(again)")
      for process in [server.process, cache, worker, gateway.process] { try await process.drain() }
    }
  }

  @Test("what is withdrawn stays so against forced refreshes until it is restored")
  func takedowns() async throws {
    try await Fleet.run { fleet in
      let gateway = try await FleetGateway.start()
      let videos = try await fleet.sampleCatalog()
      let (worker, cache) = try await fleet.workers(gateway)
      let server = try await FleetServer.start(fleet, catalog: videos)
      let text = "best ramen near hoshimachi station"
      let written = try await server.get(text, "&wait=20s")
      #expect(written.status == 200, "\(written)")
      let calls = try await gateway.requests()

      #expect(try await server.send("DELETE", "/v1/highlights?q=x&reason=a&actor=b").status == 401)
      let query = "q=\(server.escaped(text))&locale=en-US"
      let withdrawn = try await server.send(
        "DELETE", "/v1/highlights?\(query)&reason=a+complaint&actor=ann", asAdmin: true)
      #expect(withdrawn.status == 200, "\(withdrawn)")
      #expect(try await server.get(text).status == 410)

      // Forced, by whoever can write to the topic.
      let forced = fleet.folder.appending(path: "forced.jsonl")
      try Data(#"{"text":"\#(text)","locale":"en-US"}"#.utf8).write(to: forced)
      let outcomes = try await fleet.outcomes().count
      _ = try await fleet.run(["publish", "--catalog", videos.path, "--force-refresh", forced.path])
      try await fleet.awaitOutcomes(of: outcomes + 1)
      #expect(try await gateway.requests() == calls)
      let ended = try await fleet.outcomes().last { $0.reason == "withdrawn" }
      #expect(ended?.result == .unchanged)
      #expect(try await server.get(text).status == 410)

      let restored = try await server.send(
        "POST", "/v1/highlights/restore?\(query)&actor=ann", asAdmin: true)
      #expect(restored.status == 200, "\(restored)")
      let anew = try await server.get(text, "&wait=20s")
      #expect(anew.status == 200, "\(anew)")
      // The same evidence: the same words, under the next epoch, without a call.
      #expect(try await gateway.requests() == calls)

      // A video: what cites it goes, and what is written next does without it.
      let highlight = try Highlight(jsonUTF8Data: anew.body, options: .lenient)
      let video = try #require(highlight.sentences.first?.citations.first?.videoID)
      let gone = try await server.send(
        "DELETE", "/v1/videos/\(video)?reason=rights&actor=ann", asAdmin: true)
      #expect(gone.status == 200, "\(gone)")
      #expect(gone.text.contains("\"highlights\":1"), "\(gone)")
      #expect(try await server.get(text).status == 410)
      _ = try await server.send("POST", "/v1/highlights/restore?\(query)&actor=ann", asAdmin: true)
      let without = try await server.get(text, "&wait=20s")
      #expect(
        [200, 404].contains(without.status) && !without.text.contains("\"\(video)\""), "\(without)")
      for process in [server.process, cache, worker, gateway.process] { try await process.drain() }
    }
  }
}

extension JSONDecodingOptions {
  fileprivate static var lenient: JSONDecodingOptions {
    var options = JSONDecodingOptions()
    options.ignoreUnknownFields = true
    return options
  }
}

extension Fleet {
  /// A catalogue with the sample's videos.
  func sampleCatalog() async throws -> URL {
    let file = folder.appending(path: "videos.sqlite")
    let result = try await run([
      "ingest", "--catalog", file.path,
      NoidaBroker.repository.appending(path: "Config/samples/videos.jsonl").path,
    ])
    #expect(result.end == .exited(0), "\(result)")
    return file
  }

  /// A summarizer and a cache writer that read their partitions.
  func workers(
    _ gateway: FleetGateway, _ settings: [String] = []
  ) async throws -> (worker: HighlightsProcess, cache: HighlightsProcess) {
    let worker = try summarizer("a", gateway, settings)
    let cache = try start("cache", ["cache.instance_id=c", "worker.assignor=range"] + settings)
    try await worker.says("summarize: reads search.queries[")
    try await cache.says("cache: reads search.highlights[")
    return (worker, cache)
  }
}

/// `highlights serve` in a process of its own.
struct FleetServer: Sendable {
  struct Answer: CustomStringConvertible, Sendable {
    let status: Int
    let headers: [String: String]
    let body: Data
    var text: String { String(decoding: body, as: UTF8.self) }
    var description: String { "\(status) \(headers) \(text.prefix(2_000))" }
    func header(_ name: String) -> String? { headers[name.lowercased()] }
  }

  static let adminToken = "an-admin-token-of-a-test"

  let process: HighlightsProcess
  let url: String
  private let session: URLSession

  static func start(
    _ fleet: Fleet, catalog: URL, _ settings: [String] = []
  ) async throws -> FleetServer {
    let process = try HighlightsProcess.start(
      fleet.arguments(
        ["serve", "--port", "0", "--catalog", catalog.path],
        [
          "serve.admin_token=\(adminToken)", "serve.client_per_minute=1000000",
          "serve.client_burst=100000", "serve.new_keys_per_minute=100000",
        ] + settings))
    return try await FleetServer(process)
  }

  init(_ process: HighlightsProcess) async throws {
    try await process.says("serve: http://", limit: .seconds(60))
    let line = try #require(
      process.errors.split(separator: "\n").first { $0.hasPrefix("serve: http://") })
    self.process = process
    url = String(line.split(separator: " ")[1].dropLast())
    let configuration = URLSessionConfiguration.ephemeral
    configuration.httpMaximumConnectionsPerHost = 1_000
    configuration.timeoutIntervalForRequest = 60
    session = URLSession(configuration: configuration)
  }

  func escaped(_ text: String) -> String {
    text.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? text
  }

  func get(_ search: String, _ more: String = "", etag: String? = nil) async throws -> Answer {
    try await send(
      "GET", "/v1/highlights?q=\(escaped(search))&locale=en-US\(more)", etag: etag)
  }

  func send(
    _ method: String, _ path: String, asAdmin: Bool = false, etag: String? = nil
  ) async throws -> Answer {
    var request = URLRequest(url: try #require(URL(string: url + path)))
    request.httpMethod = method
    request.cachePolicy = .reloadIgnoringLocalCacheData
    if asAdmin {
      request.setValue("Bearer \(Self.adminToken)", forHTTPHeaderField: "Authorization")
    }
    if let etag { request.setValue(etag, forHTTPHeaderField: "If-None-Match") }
    let (data, response) = try await session.data(for: request)
    let http = try #require(response as? HTTPURLResponse)
    let headers = http.allHeaderFields.reduce(into: [String: String]()) {
      $0["\($1.key)".lowercased()] = "\($1.value)"
    }
    return Answer(status: http.statusCode, headers: headers, body: data)
  }
}
