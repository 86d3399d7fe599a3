import BenchmarkSupport
import Foundation
import Highlights
import HighlightsProtocol
import Kafka
import SwiftProtobuf
import TestSupport

/// `highlights summarize` processes on a broker of their own. They are static members: the test broker never throws out
/// a dynamic one that was killed.
final class WorkerFleet {
  let broker: LoadBroker
  private let partitions: Int32
  private let folder: URL
  private var workers: [HighlightsProcess] = []

  /// Runs `body` on a broker with the topics, and ends all of it whatever comes of it.
  static func run<T>(
    partitions: Int32, _ body: (WorkerFleet) async throws -> T
  ) async throws -> T {
    try await LoadBroker.run { broker in
      let names = [
        "search.queries", "search.queries.backfill", "search.queries.dead",
        "search.queries.retry.30s", "search.queries.retry.5m", "search.queries.retry.1h",
        "search.highlights", "search.outcomes", "search.control", "search.workers",
      ]
      try await broker.createTopics(names.map { ($0, partitions) })
      let folder = FileManager.default.temporaryDirectory.appending(path: "fleet-\(UUID())")
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      let fleet = WorkerFleet(broker, partitions, folder)
      let result: Result<T, any Error>
      do { result = .success(try await body(fleet)) } catch { result = .failure(error) }
      for worker in fleet.workers { worker.kill() }
      try? FileManager.default.removeItem(at: folder)
      return try result.get()
    }
  }

  private init(_ broker: LoadBroker, _ partitions: Int32, _ folder: URL) {
    self.broker = broker
    self.partitions = partitions
    self.folder = folder
  }

  /// Starts workers and waits until each of them reads partitions.
  ///
  /// - Parameters:
  ///   - models: the text of their models file.
  ///   - settings: each as key=value.
  func start(
    _ numbers: Range<Int>, _ gateway: SimulatorControl, models: String, _ settings: [String]
  ) async throws {
    let file = folder.appending(path: "models-\(UUID()).yaml")
    try Data(models.utf8).write(to: file)
    for number in numbers {
      let all =
        [
          "worker.instance_id=worker-\(number)", "worker.assignor=range",
          "worker.session_timeout=10s", "gateway.models_file=\(file.path)",
          "gateway.model=measured", "gateway.max_output_tokens=500",
        ] + settings
      let arguments =
        ["summarize", "--kafka", broker.address, "--gateway", gateway.url]
        + all.flatMap { ["--set", $0] }
      let worker = try HighlightsProcess.start(arguments)
      if number < workers.count { workers[number] = worker } else { workers.append(worker) }
    }
    for number in numbers {
      try await workers[number].says("reads search.queries[", limit: .seconds(90))
    }
  }

  /// Ends one at once, as a crash does.
  func kill(_ number: Int) async throws {
    workers[number].kill()
    _ = try await workers[number].wait(limit: .seconds(10))
  }

  /// Drains all and waits for their ends.
  func stop() async throws {
    for worker in workers { worker.terminate() }
    for worker in workers {
      let result = try await worker.wait(limit: .seconds(120))
      guard result.end == .exited(0) else { throw BenchmarkError("a worker: \(result)") }
    }
  }

  /// Publishes searches, each of a key of its own.
  func publish(_ count: Int) async throws {
    try await broker.preload(count) { number in
      var segment = Segment()
      segment.endMs = 1_000
      segment.text = "Tuck one corner into the other."
      var video = Video()
      video.id = "v-1"
      video.title = "Folding sheets"
      video.segments = [segment]
      var query = SearchQuery()
      query.queryID = "q-\(number)"
      query.text = "How to fold a fitted sheet, number \(number)"
      query.locale = "en-US"
      query.videos = [video]
      let search = try Search(query, fallbackID: "")
      return KafkaProducerMessage(
        topic: "search.queries", key: search.key.bytes, value: try query.serializedBytes())
    }
  }

  func count(_ topic: String) async throws -> Int {
    try await broker.count(topic, partitions: partitions)
  }

  /// Searches that used up an attempt or more: they wait in a retry topic or are dead.
  func failed() async throws -> Int {
    var sum = 0
    for topic in [".retry.30s", ".retry.5m", ".retry.1h", ".dead"] {
      sum += try await count("search.queries\(topic)")
    }
    return sum
  }
}
