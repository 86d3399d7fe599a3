import BenchmarkSupport
import Foundation
import Highlights
import HighlightsProtocol
import Kafka
import SwiftProtobuf
import TestSupport

/// Worker processes that share a gateway's limit, their topics, and a history to replay.
final class ReplayFleet {
  static let partitions: Int32 = 12
  private static let workers = 2
  private static let history = "history"

  let broker: LoadBroker
  private let folder: URL
  private var processes: [HighlightsProcess] = []

  /// Runs `body` beside them, and ends all of them whatever comes of it.
  static func run<T>(
    _ broker: LoadBroker, limit: Int, latency: Int, _ body: (ReplayFleet) async throws -> T
  ) async throws -> T {
    let names = [
      history, "search.queries", "search.queries.backfill", "search.queries.dead",
      "search.queries.retry.30s", "search.queries.retry.5m", "search.queries.retry.1h",
      "search.highlights", "search.outcomes", "search.control", "search.workers",
    ]
    try await broker.createTopics(names.map { ($0, partitions) })
    let folder = FileManager.default.temporaryDirectory.appending(path: "replays-\(UUID())")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let fleet = ReplayFleet(broker, folder)
    let result: Result<T, any Error>
    do {
      try await fleet.start(limit: limit, latency: latency)
      result = .success(try await body(fleet))
    } catch { result = .failure(error) }
    for process in fleet.processes { process.kill() }
    try? FileManager.default.removeItem(at: folder)
    return try result.get()
  }

  private init(_ broker: LoadBroker, _ folder: URL) {
    self.broker = broker
    self.folder = folder
  }

  private func start(limit: Int, latency: Int) async throws {
    let simulator = try HighlightsProcess.start(
      [
        "gateway", "--port", "0", "--log-level", "error", "--set", "simulator.mode=fixed", "--set",
        "simulator.requests_per_minute=\(limit)", "--set", "simulator.latency=\(latency)ms",
      ])
    processes.append(simulator)
    try await poll("the simulator to print its URL") { simulator.output.contains("/v1\n") }
    let url = simulator.output.trimmingCharacters(in: .whitespacesAndNewlines)
    let models = folder.appending(path: "models.yaml")
    try Data(
      """
      models:
        - name: measured
          limits: {requests_per_minute: \(limit)}
      """.utf8
    ).write(to: models)
    let settings = ["gateway.models_file=\(models.path)", "gateway.model=measured"]
    var workers: [HighlightsProcess] = []
    for number in 0..<Self.workers {
      let all = settings + ["worker.instance_id=worker-\(number)", "worker.session_timeout=10s"]
      workers.append(
        try HighlightsProcess.start(
          ["summarize", "--kafka", broker.address, "--gateway", url]
            + all.flatMap { ["--set", $0] }))
    }
    processes += workers
    for worker in workers {
      try await worker.says("reads search.queries[", limit: .seconds(90))
    }
  }

  // MARK: History

  /// Publishes searches of the past, each of a key of its own, where no worker reads them.
  func publishHistory(_ count: Int) async throws {
    try await broker.preload(count) { number in
      try Self.search("past-\(number)", topic: Self.history)
    }
  }

  /// Starts a replay of the history without a rate, all of it written anew.
  func replay() throws -> HighlightsProcess {
    let process = try HighlightsProcess.start(
      [
        "replay", "--force-refresh", "--kafka", broker.address, "--set",
        "kafka.topics.queries=\(Self.history)",
      ])
    processes.append(process)
    return process
  }

  /// A search with a name of its own, so of a key of its own.
  static func search(_ id: String, topic: String) throws -> KafkaProducerMessage {
    var segment = Segment()
    segment.endMs = 1_000
    segment.text = "Tuck one corner into the other."
    var video = Video()
    video.id = "v-1"
    video.title = "Folding sheets"
    video.segments = [segment]
    var query = SearchQuery()
    query.queryID = id
    query.text = "How to fold a fitted sheet, number \(id)"
    query.locale = "en-US"
    query.videos = [video]
    let search = try Search(query, fallbackID: "")
    return KafkaProducerMessage(
      topic: topic, key: search.key.bytes, value: try query.serializedBytes())
  }

  // MARK: Results

  func outcomes() async throws -> Int {
    try await broker.count("search.outcomes", partitions: Self.partitions)
  }

  func outcomes(ofLane lane: String) async throws -> Int {
    var count = 0
    try await readOutcomes { outcome, _ in if outcome.lane == lane { count += 1 } }
    return count
  }

  /// Gives each outcome to `body`, with the time at which it was published.
  func readOutcomes(_ body: (Outcome, Int64) throws -> Void) async throws {
    try await broker.read("search.outcomes", partitions: Self.partitions) { message in
      try body(Outcome(serializedBytes: message.value ?? []), message.timestamp ?? 0)
    }
  }

  /// Searches that used up an attempt or more: they wait in a retry topic or are dead.
  func failed() async throws -> Int {
    var sum = 0
    for topic in [".retry.30s", ".retry.5m", ".retry.1h", ".dead"] {
      sum += try await broker.count("search.queries\(topic)", partitions: Self.partitions)
    }
    return sum
  }
}
