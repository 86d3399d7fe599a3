import Foundation
import FoundationNetworking
import TestSupport
import Testing
import TraceSupport

extension FleetTests {
  private static let parent = "00-0af7651916cd43dd8448eb211c80319c-00f067aa0ba902b7-01"

  @Test("one trace leads from the look-up over the call to the stored highlight, across processes")
  func oneTrace() async throws {
    try await OTLPReceiver.run { receiver in
      try await Fleet.run { fleet in
        let traced = ["traces.otlp_url=\(receiver.url)", "traces.sample_ratio=0"]
        let gateway = try await FleetGateway.start()
        let videos = try await fleet.sampleCatalog()
        let (worker, cache) = try await fleet.workers(gateway, traced)
        let server = try await FleetServer.start(fleet, catalog: videos, traced)
        let text = "best ramen near hoshimachi station"
        let url = server.url + "/v1/highlights?locale=en-US&wait=20s&q=" + server.escaped(text)
        var request = URLRequest(url: try #require(URL(string: url)))
        request.setValue(Self.parent, forHTTPHeaderField: "traceparent")
        request.setValue("vendor=x", forHTTPHeaderField: "tracestate")
        let (_, response) = try await URLSession.shared.data(for: request)
        #expect((response as? HTTPURLResponse)?.statusCode == 200)
        // Nobody asked for this one to be recorded.
        #expect(try await server.get("where to see fireworks", "&wait=20s").status != 500)
        try await poll("the store's span") {
          receiver.spans.contains { $0.name == "store apply" }
        }
        for process in [server.process, cache, worker, gateway.process] {
          try await process.drain()
        }

        let spans = receiver.spans
        #expect(Set(spans.map(\.traceID)) == ["0af7651916cd43dd8448eb211c80319c"])
        try expectPath(spans)
        let call = try #require(spans.first { $0.name.hasPrefix("chat ") })
        #expect(call.attributes["gen_ai.operation.name"] == "chat")
        #expect(call.attributes["gen_ai.request.model"] != nil)
        #expect(Int(call.attributes["gen_ai.usage.input_tokens"] ?? "") ?? 0 > 0)
        #expect(Int(call.attributes["gen_ai.usage.output_tokens"] ?? "") ?? 0 > 0)
        let all = spans.map { "\($0)" }.joined()
        #expect(!all.contains("ramen") && !all.contains("hoshimachi"), "a search in a span")
      }
    }
  }

  /// Each span of the way follows from the one before, none ends before it began, and all hang together.
  private func expectPath(_ spans: [ReceivedSpan]) throws {
    let way = [
      ("highlights-serve", "GET /v1/highlights"), ("highlights-serve", "publish search.queries"),
      ("highlights-summarize", "process search.queries"),
      ("highlights-summarize", "publish search.highlights"),
      ("highlights-cache", "process search.highlights"), ("highlights-cache", "store apply"),
    ]
    var parent: String? = "00f067aa0ba902b7"
    for (service, name) in way {
      let span = try #require(
        spans.first { $0.service == service && $0.name == name && $0.parentID == parent },
        "\(service): \(name) in \(spans)")
      #expect(span.start <= span.end)
      parent = span.spanID
    }
    let known = Set(spans.map(\.spanID) + ["00f067aa0ba902b7"])
    for span in spans {
      #expect(known.contains(span.parentID ?? ""), "\(span) hangs in the air")
    }
    let work = try #require(spans.first { $0.name == "process search.queries" })
    #expect(spans.contains { $0.name.hasPrefix("chat ") && $0.parentID == work.spanID })
    #expect(spans.contains { $0.name == "publish search.outcomes" && $0.parentID == work.spanID })
  }

  @Test(
    "what processes show is what is documented, and passes promtool",
    .enabled(if: Promtool.isInstalled, "\(Promtool.howToInstall)"))
  func metricsOfAllRoles() async throws {
    try await Fleet.run { fleet in
      let gateway = try await FleetGateway.start()
      let videos = try await fleet.sampleCatalog()
      let (worker, cache) = try await fleet.workers(gateway, ["log.format=text"])
      let server = try await FleetServer.start(fleet, catalog: videos)
      #expect(
        try await server.get("best ramen near hoshimachi station", "&wait=20s").status == 200)
      _ = try await fleet.run(["publish", Fleet.samples.path])
      try await fleet.awaitOutcomes(of: 29)
      let documented = try String(
        contentsOf: NoidaBroker.repository.appending(path: "Deploy/METRICS.md"), encoding: .utf8)
      for (process, expected) in [
        (
          worker,
          [
            "highlights_outcomes_total", "kafka_worker_lag", "kafka_client_broker_up",
            "gen_ai_client_token_usage", "highlights_binding_constraint",
          ]
        ),
        (cache, ["highlight_store_operation_seconds", "highlight_store_applied_total"]),
        (server.process, ["lookup_request_seconds", "lookup_cached_bytes"]),
      ] {
        let url = try await process.status()
        for name in expected {
          // Clients tell their statistics every 5 s.
          try await poll("\(name) of \(url)", limit: .seconds(30)) {
            try await fetch(url + "/metrics").1.contains("# TYPE \(name) ")
          }
        }
        let text = try await fetch(url + "/metrics").1
        try await Promtool.check(text)
        for line in text.split(separator: "\n") where line.hasPrefix("# TYPE ") {
          let name = line.split(separator: " ")[2]
          #expect(documented.contains("| `\(name)` |"), "\(name) is not documented")
          #expect(text.contains("# HELP \(name) "), "\(name) has no help")
        }
        #expect(!text.contains("ramen"))
        #expect(try await fetch(url + "/readyz").0 == 200)
        #expect(try await fetch(url + "/startupz").0 == 200)
        #expect(try await fetch(url + "/livez").0 == 200)
      }
      for process in [server.process, cache, worker, gateway.process] { try await process.drain() }
    }
  }

  @Test("a log in JSON has a line of each outcome and shows no search unless it is asked to")
  func logsInJSON() async throws {
    for shows in [false, true] {
      try await Fleet.run { fleet in
        let gateway = try await FleetGateway.start()
        let worker = try fleet.summarizer(
          "a", gateway, ["log.format=json", "log.level=debug", "log.query_text=\(shows)"])
        _ = try await fleet.run(["publish", Fleet.samples.path])
        try await fleet.awaitOutcomes(of: 28)
        let result = try await worker.drain()
        let lines = result.errors.split(separator: "\n")
        let objects = try lines.map { line in
          try #require(
            try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: String], "\(line)")
        }
        let outcomes = objects.filter { $0["logger"] == "outcome" }
        #expect(Set(outcomes.compactMap { $0["query_id"] }).count == 28)
        #expect(objects.contains { $0["message"] == "summarize: drained and left the group" })
        #expect(result.errors.contains("ramen") == shows)
        try await gateway.process.drain()
      }
    }
  }

  private func fetch(_ url: String) async throws -> (Int, String) {
    let (data, response) = try await URLSession.shared.data(from: try #require(URL(string: url)))
    return (
      (response as? HTTPURLResponse)?.statusCode ?? 0, String(decoding: data, as: UTF8.self)
    )
  }
}

/// Prometheus' own checker of what is scraped.
enum Promtool {
  static let howToInstall = "needs promtool: apt-get install prometheus"
  private static let path = "/usr/bin/promtool"
  static var isInstalled: Bool { FileManager.default.isExecutableFile(atPath: path) }

  static func check(_ text: String) async throws {
    let process = Process()
    process.executableURL = URL(filePath: path)
    process.arguments = ["check", "metrics"]
    let (input, output) = (Pipe(), Pipe())
    process.standardInput = input
    process.standardOutput = output
    process.standardError = output
    try process.run()
    try input.fileHandleForWriting.write(contentsOf: Data(text.utf8))
    try input.fileHandleForWriting.close()
    let said = try output.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    #expect(process.terminationStatus == 0, "\(String(decoding: said, as: UTF8.self))")
  }
}
