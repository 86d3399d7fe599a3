import Foundation
import FoundationNetworking
import HighlightsProtocol
import Kafka
import SwiftProtobuf
import TestSupport
import Testing

/// The roles as processes of their own over a broker of its own. The tests run one after the other: each has
/// several processes, and idle consumers of this broker are busy.
@Suite("Fleet", .serialized, .enabled(if: NoidaBroker.isInstalled, "\(NoidaBroker.howToInstall)"))
struct FleetTests {}

/// A broker with the topics, a folder, and what starts the roles on them and reads what they wrote.
struct Fleet: Sendable {
  static let partitions: Int32 = 4
  static let samples = NoidaBroker.repository.appending(path: "Config/samples/searches.jsonl")

  let bootstrapServers: String
  let folder: URL

  /// Runs `body` and stops the broker after it.
  ///
  /// - Parameter configuration: settings by topic.
  static func run(
    configuration: [String: [String: String]] = [:], _ body: (Fleet) async throws -> Void
  ) async throws {
    try await NoidaBroker.run { broker in
      try await inFolder { folder in
        let fleet = Fleet(bootstrapServers: broker.bootstrapServers, folder: folder)
        try await fleet.createTopics(configuration)
        try await body(fleet)
      }
    }
  }

  /// Runs `body` with a folder of its own.
  static func inFolder(_ body: (URL) async throws -> Void) async throws {
    let folder = FileManager.default.temporaryDirectory
      .appending(path: "fleet-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try await body(folder)
  }

  // MARK: Processes

  /// Arguments of a command of this fleet.
  func arguments(_ command: [String], _ settings: [String] = []) -> [String] {
    command + ["--kafka", bootstrapServers, "--store", folder.appending(path: "store.sqlite").path]
      + settings.flatMap { ["--set", $0] }
  }

  func start(_ command: String, _ settings: [String] = []) throws -> HighlightsProcess {
    try .start(arguments([command], settings))
  }

  func run(_ command: [String], _ settings: [String] = []) async throws -> HighlightsProcess.Result
  {
    try await HighlightsProcess.run(arguments(command, settings))
  }

  /// A summarizer that is a static member: the broker never throws out a dynamic one that is gone.
  func summarizer(
    _ name: String, _ gateway: FleetGateway, _ settings: [String] = []
  ) throws -> HighlightsProcess {
    try .start(
      arguments(
        ["summarize", "--gateway", gateway.url],
        ["worker.instance_id=\(name)", "worker.assignor=range"] + settings))
  }

  // MARK: Topics

  private var client: KafkaClientConfiguration {
    var client = KafkaClientConfiguration(bootstrapServers: [bootstrapServers])
    client.messageMaxBytes = 8 << 20
    return client
  }

  func createTopics(_ configuration: [String: [String: String]] = [:]) async throws {
    let names = ["", ".dead", ".backfill", ".retry.30s", ".retry.5m", ".retry.1h"].map {
      "search.queries\($0)"
    }
    try await withAdmin { admin in
      let topics =
        (names + ["highlights", "outcomes", "control", "workers"].map { "search.\($0)" }).map {
          KafkaNewTopic(
            name: $0, partitions: Self.partitions, replication: 1,
            configuration: configuration[$0] ?? [:])
        }
      let created = try await admin.createTopics(topics)
      #expect(created.values.allSatisfy { $0 == .created }, "\(created)")
    }
  }

  func withAdmin<T>(_ body: (KafkaAdmin) async throws -> T) async throws -> T {
    let admin = try KafkaAdmin(configuration: client)
    do {
      let result = try await body(admin)
      await admin.close()
      return result
    } catch {
      await admin.close()
      throw error
    }
  }

  /// Publishes messages of any kind; returns where each one stands.
  func publish(_ messages: [KafkaProducerMessage]) async throws -> [KafkaRecordMetadata] {
    let producer = try KafkaProducer(configuration: .init(client: client))
    let results = try await producer.enqueue(messages).results
    await producer.shutdown()
    return try results.map { try $0.get() }
  }

  /// Reads a topic from its beginning until `isEnough`, which sees all that was read.
  func read(
    _ topic: String, limit: Duration = .seconds(60),
    until isEnough: @escaping @Sendable ([KafkaRecord]) -> Bool
  ) async throws -> [KafkaRecord] {
    try await withConsumer { consumer in
      try await consumer.assign(partitions(of: topic).map { ($0, .beginning) })
      return try await within(limit, "reading \(topic)") {
        var records: [KafkaRecord] = []
        while !isEnough(records), let event = await consumer.next() {
          switch event {
          case .messages(let batch): records += batch.map { $0.copy() }
          case .partitionFailed(_, let error), .failed(let error, fatal: true): throw error
          default: break
          }
        }
        return records
      }
    }
  }

  /// Everything that stands in a topic now.
  func everything(in topic: String) async throws -> [KafkaRecord] {
    let ends = try await withConsumer { consumer in
      var ends: [TopicPartition: Int64] = [:]
      for partition in partitions(of: topic) {
        let log = try await consumer.watermarks(of: partition)
        if !log.isEmpty { ends[partition] = log.upperBound - 1 }
      }
      return ends
    }
    return try await read(topic) { records in
      var left = ends
      for record in records where left[record.partition] == record.offset {
        left[record.partition] = nil
      }
      return left.isEmpty
    }
  }

  private func partitions(of topic: String) -> [TopicPartition] {
    (0..<Self.partitions).map { TopicPartition(topic: topic, partition: $0) }
  }

  private func withConsumer<T>(_ body: (KafkaConsumer) async throws -> T) async throws -> T {
    let consumer = try KafkaConsumer(configuration: .init(client: client, groupID: "reader"))
    do {
      let result = try await body(consumer)
      await consumer.close()
      return result
    } catch {
      await consumer.close()
      throw error
    }
  }

  // MARK: Outcomes

  /// Waits until so many searches have an outcome.
  func awaitOutcomes(of count: Int, limit: Duration = .seconds(60)) async throws {
    _ = try await read("search.outcomes", limit: limit) { records in
      records.count >= count && Set(records.compactMap { $0.outcome?.queryID }).count >= count
    }
  }

  /// All outcomes, each with its search's identifier.
  func outcomes() async throws -> [Outcome] {
    try await everything(in: "search.outcomes").map { try #require($0.outcome) }
  }
}

extension KafkaRecord {
  var outcome: Outcome? { try? Outcome(serializedBytes: value ?? []) }
}

/// `highlights gateway` in a process of its own.
struct FleetGateway {
  let process: HighlightsProcess
  let url: String

  static func start(latency: String = "20ms") async throws -> FleetGateway {
    let process = try HighlightsProcess.start(
      ["gateway", "--port", "0", "--set", "simulator.latency=\(latency)"])
    try await poll("the gateway to print its URL") { process.output.contains("/v1\n") }
    return FleetGateway(
      process: process, url: process.output.trimmingCharacters(in: .whitespacesAndNewlines))
  }

  /// Completions asked for so far.
  func requests() async throws -> Int {
    struct Statistics: Decodable { let requests: Int }
    let url = try #require(URL(string: url.replacing(/v1$/, with: "stats")))
    let (data, _) = try await URLSession.shared.data(from: url)
    return try JSONDecoder().decode(Statistics.self, from: data).requests
  }
}

extension HighlightsProcess {
  /// Asks for its end by SIGTERM, waits, and expects exit code 0.
  @discardableResult
  func drain(sourceLocation: SourceLocation = #_sourceLocation) async throws -> Result {
    // Before its handlers are in place a signal ends it as it ends any process.
    try await poll("the process to look after SIGTERM") { try hears(SIGTERM) }
    terminate()
    let result = try await wait(limit: .seconds(60))
    #expect(result.end == .exited(0), "\(result)", sourceLocation: sourceLocation)
    return result
  }

  /// Whether the process has ended, or handles a signal itself: catches, ignores or reads it.
  private func hears(_ signal: Int32) throws -> Bool {
    if ended != nil { return true }
    let status = try String(contentsOfFile: "/proc/\(id)/status", encoding: .utf8)
    let masks = status.split(separator: "\n").filter {
      $0.hasPrefix("SigBlk") || $0.hasPrefix("SigIgn") || $0.hasPrefix("SigCgt")
    }
    return masks.contains { line in
      let mask = UInt64(line.drop { $0 != "\t" }.dropFirst(), radix: 16) ?? 0
      return mask & (1 << (signal - 1)) != 0
    }
  }
}
