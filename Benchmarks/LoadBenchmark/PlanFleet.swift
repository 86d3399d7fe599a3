import BenchmarkSupport
import Foundation
import Highlights
import HighlightsProtocol
import Kafka
import SwiftProtobuf
import TestSupport

/// `highlights summarize` processes on a broker of their own, and the searches they are given.
struct PlanFleet {
  static let partitions: Int32 = 12

  private let broker: LoadBroker
  private let producer: LoadProducer
  private let workers: Workers

  /// Runs `body` on a broker with the topics, and ends all of it whatever comes of it.
  static func run<T>(_ body: (PlanFleet) async throws -> T) async throws -> T {
    try await LoadBroker.run { broker in
      let names = [
        "search.queries", "search.queries.backfill", "search.queries.dead",
        "search.queries.retry.30s", "search.queries.retry.5m", "search.queries.retry.1h",
        "search.highlights", "search.outcomes", "search.control", "search.workers",
      ]
      try await broker.createTopics(names.map { ($0, partitions) })
      return try await broker.withProducer { producer in
        let workers = Workers()
        let result: Result<T, any Error>
        do {
          result = .success(
            try await body(PlanFleet(broker: broker, producer: producer, workers: workers)))
        } catch {
          result = .failure(error)
        }
        workers.end()
        return try result.get()
      }
    }
  }

  /// Starts the workers on a processor that nothing else has; returns once all of them read, with their identifiers.
  func start(_ run: PlanRun, gateway: String) async throws -> [pid_t] {
    let limits = run.requestsPerMinute.map { ", limits: {requests_per_minute: \($0)}" } ?? ""
    try Data("models:\n  - {name: measured\(limits)}\n".utf8).write(to: workers.models)
    for number in 0..<run.workers {
      let settings = [
        "worker.instance_id=worker-\(number)", "worker.assignor=range",
        "worker.session_timeout=10s", "worker.in_flight=\(run.inFlight)",
        "worker.in_flight_per_partition=\(run.inFlight)",
        "gateway.max_connections=\(run.inFlight)", "gateway.models_file=\(workers.models.path)",
        "gateway.model=measured",
      ]
      let worker = try HighlightsProcess.start(
        ["summarize", "--kafka", broker.address, "--gateway", gateway]
          + settings.flatMap { ["--set", $0] })
      workers.all.append(worker)
      try Processors.move(worker.id, to: 0)
    }
    for worker in workers.all {
      try await worker.says("reads search.queries[", limit: .seconds(60))
      // What it started meanwhile, from a thread that had not been moved yet.
      try Processors.move(worker.id, to: 0)
    }
    return workers.all.map(\.id)
  }

  /// Publishes searches by their numbers; those of one key have the same text.
  func publish(_ numbers: Range<Int>, key: (Int) -> Int) async throws {
    try await producer.send(numbers) { number in
      var segment = Segment()
      segment.endMs = 1_000
      segment.text = "Tuck one corner into the other."
      var video = Video()
      video.id = "v-1"
      video.title = "Folding sheets"
      video.segments = [segment]
      var query = SearchQuery()
      query.queryID = "q-\(number)"
      query.text = "How to fold a fitted sheet, number \(key(number))"
      query.locale = "en-US"
      query.videos = [video]
      let search = try Search(query, fallbackID: "")
      return KafkaProducerMessage(
        topic: "search.queries", key: search.key.bytes, value: try query.serializedBytes())
    }
  }

  /// Searches that have ended.
  func outcomes() async throws -> Int {
    try await broker.count("search.outcomes", partitions: Self.partitions)
  }

  /// Searches that ended in a time, in seconds since 1970, and those of them that were called for.
  func done(from start: Double, to end: Double) async throws -> (searches: Int, calls: Int) {
    var (searches, calls) = (0, 0)
    try await broker.read("search.outcomes", partitions: Self.partitions) { record in
      guard let time = record.timestamp else { throw BenchmarkError("an outcome bears no time") }
      guard (start..<end).contains(Double(time) / 1_000) else { return }
      searches += 1
      let result = try Outcome(serializedBytes: record.value ?? []).result
      if result == .unchanged { return }
      guard result == .noAnswer || result == .answered else {
        throw BenchmarkError("a search ended \(result)")
      }
      calls += 1
    }
    return (searches, calls)
  }

  /// Processes that are ended together.
  private final class Workers {
    var all: [HighlightsProcess] = []
    let models = FileManager.default.temporaryDirectory.appending(path: "plan-\(UUID()).yaml")

    func end() {
      for worker in all { worker.kill() }
      try? FileManager.default.removeItem(at: models)
    }
  }
}
