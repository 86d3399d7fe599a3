import Foundation
import FoundationNetworking
import TestSupport
import Testing

extension FleetTests {
  @Test("a paused fleet calls nothing, across restarts too, and goes on when it is resumed")
  func pauseAndResume() async throws {
    try await Fleet.run { fleet in
      let gateway = try await FleetGateway.start()
      let paused = try await fleet.run(["pause", "--reason", "the bill"])
      #expect(paused.end == .exited(0), "\(paused)")
      #expect(paused.output == "paused   queries\npaused   backfill\npaused   retries\n")
      var worker = try fleet.summarizer("a", gateway)
      try await worker.says("queries paused by an operator: the bill")
      let published = try await fleet.run(["publish", Fleet.samples.path])
      #expect(published.end == .exited(0), "\(published)")
      try await fleet.awaitBuffered(28, at: try await worker.status())
      try await worker.drain()

      worker = try fleet.summarizer("a", gateway)
      try await fleet.awaitBuffered(28, at: try await worker.status())
      let doctor = try await fleet.run(["doctor", "--worker", try await worker.status()])
      #expect(doctor.end == .exited(0), "\(doctor)")
      #expect(doctor.output.contains(": paused, oldest unfinished offset 0 for "), "\(doctor)")
      #expect(doctor.output.contains("→ highlights resume"), "\(doctor)")
      #expect(try await gateway.requests() == 0)
      #expect(try await fleet.outcomes().isEmpty)

      // Only what is resumed goes on.
      _ = try await fleet.run(["resume", "backfill"])
      try await worker.says("backfill resumed")
      #expect(try await gateway.requests() == 0)
      let resumed = try await fleet.run(["resume"])
      #expect(resumed.output == "resumed  queries\nresumed  backfill\nresumed  retries\n")
      try await fleet.awaitOutcomes(of: 28)
      try await worker.drain()
      try await gateway.process.drain()
    }
  }

  @Test("a worker serves its health, its state by partition and its metrics")
  func statusOfWorker() async throws {
    try await Fleet.run { fleet in
      let gateway = try await FleetGateway.start(latency: "60s")
      let worker = try fleet.summarizer("a", gateway, ["status.stall_after=1s"])
      let status = try await worker.status()
      #expect(try await get(status + "/health") == (200, "ok\n"))
      _ = try await fleet.run(["publish", Fleet.samples.path])
      try await poll("the standstill") { try await get(status + "/health").0 == 503 }
      #expect(try await get(status + "/health").1.contains("made no progress for "))
      let doctor = try await fleet.run(["doctor", "--worker", status])
      #expect(doctor.end == .exited(1), "\(doctor)")
      #expect(doctor.output.contains("restart the worker"), "\(doctor)")
      let metrics = try await get(status + "/metrics").1
      for line in [
        "kafka_worker_received_total{group=\"highlights-summarizer\",topic=\"search.queries\"} ",
        "kafka_worker_in_flight{", "topic=\"search.queries.backfill\"", "state=\"calling\"",
      ] {
        #expect(metrics.contains(line), "\(line) in \(metrics)")
      }
      worker.kill()
      gateway.process.kill()
    }
  }

  @Test("doctor of a worker that is not there says so")
  func doctorOfNobody() async throws {
    let url = "http://127.0.0.1:\(try LoopbackPort.free())"
    let result = try await HighlightsProcess.run(["doctor", "--worker", url], limit: .seconds(30))
    #expect(result.end == .exited(1), "\(result)")
    #expect(result.output.hasPrefix("fail  worker    \(url): "), "\(result)")
  }

  @Test("a stopped worker whose place was taken publishes nothing when it goes on")
  func zombie() async throws {
    try await Fleet.run { fleet in
      let gateway = try await FleetGateway.start(latency: "4s")
      let settings = ["worker.session_timeout=6s"]
      let zombie = try fleet.summarizer("a", gateway, settings)
      try await zombie.says("summarize: reads search.queries[")
      let file = fleet.folder.appending(path: "search.jsonl")
      let video = #"{"id":"v","segments":[{"endMs":900,"text":"Fold the sheet in thirds."}]}"#
      try Data(#"{"text":"how to fold a sheet","locale":"en","videos":[\#(video)]}"#.utf8)
        .write(to: file)
      _ = try await fleet.run(["publish", file.path])
      try await poll("the call") { try await gateway.requests() == 1 }
      zombie.signal(SIGSTOP)
      // The same member's name: it takes the other's place at once.
      let heir = try fleet.summarizer("a", gateway, settings)
      try await fleet.awaitOutcomes(of: 1)
      #expect(try await gateway.requests() == 2)
      let before = try await fleet.everything(in: "search.highlights").count
      zombie.signal(SIGCONT)
      // Its answer lies in its socket. It ends because it was fenced.
      let end = try await zombie.wait(limit: .seconds(60))
      #expect(end.end == .exited(1), "\(end)")
      #expect(end.errors.contains("fenced"), "\(end)")
      let outcomes = try await fleet.outcomes()
      #expect(outcomes.count == 1, "\(outcomes)\n\(end)\n\(heir.errors)")
      #expect(try await fleet.everything(in: "search.highlights").count == before)
      try await heir.drain()
      try await gateway.process.drain()
    }
  }

  private func get(_ url: String) async throws -> (Int, String) {
    let (data, response) = try await URLSession.shared.data(from: try #require(URL(string: url)))
    return (
      (response as? HTTPURLResponse)?.statusCode ?? 0, String(decoding: data, as: UTF8.self)
    )
  }
}

extension HighlightsProcess {
  /// The URL of its status, as it prints it.
  func status() async throws -> String {
    try await says("status at http://")
    let line = try #require(
      errors.split(separator: "\n").first { $0.contains("status at http://") })
    return String(try #require(line.split(separator: " ").last))
  }
}

extension Fleet {
  /// Waits until a worker has so many searches in memory that it may not begin.
  func awaitBuffered(_ count: Int, at status: String) async throws {
    struct Report: Decodable {
      struct Partition: Decodable { let buffered: Int }
      let partitions: [Partition]
    }
    let url = try #require(URL(string: status + "/status"))
    try await poll("\(count) searches to wait") {
      let (data, _) = try await URLSession.shared.data(from: url)
      let report = try JSONDecoder().decode(Report.self, from: data)
      return report.partitions.reduce(0) { $0 + $1.buffered } == count
    }
  }
}
