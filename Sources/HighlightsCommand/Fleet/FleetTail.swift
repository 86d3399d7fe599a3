import HighlightsProtocol
import Kafka
import Logging
import LookupService
import ServiceLifecycle
import SwiftProtobuf

/// Tells a fleet's feed what workers say of themselves, how far their groups have come and what became of dead letters.
///
/// It reads by hand and joins no group: every server of the API wants all of it. What cannot be asked is told as unknown;
/// none of it ends the server.
struct FleetTail: Service {
  struct Topics: Sendable {
    /// Where workers publish their statuses.
    var workers: String
    /// Dead letters.
    var dead: String
    /// What each group reads.
    var groups: [(group: String, topics: [String])]
  }

  private let client: KafkaClientConfiguration
  private let topics: Topics
  private let feed: FleetFeed
  private let onStatus: @Sendable (WorkerStatus) -> Void
  private let interval: Duration
  private let logger: Logger

  /// How long one question to the brokers may take.
  private static let patience = Duration.seconds(4)

  /// - Parameters:
  ///   - onStatus: Told of each status after the feed; must return at once.
  ///   - interval: How often groups and dead letters are asked for.
  init(
    client: KafkaClientConfiguration, topics: Topics, feed: FleetFeed,
    onStatus: @escaping @Sendable (WorkerStatus) -> Void = { _ in },
    interval: Duration = .seconds(5), logger: Logger = Logger(label: "fleet")
  ) {
    self.client = client
    self.topics = topics
    self.feed = feed
    self.onStatus = onStatus
    self.interval = interval
    self.logger = logger
  }

  /// Reads until shut down.
  ///
  /// - Throws: `KafkaError` for a configuration that is not allowed. A broker that is away is waited for.
  func run() async throws {
    var reading = KafkaConsumerConfiguration(client: client, groupID: "highlights-fleet")
    // What retention deleted meanwhile says nothing of now.
    reading.offsetReset = .latest
    let consumer = try KafkaConsumer(configuration: reading, logger: logger)
    let admin: KafkaAdmin
    // An embedded broker's consumers need settings that are none for others.
    var asking = client
    asking.properties = [:]
    do { admin = try KafkaAdmin(configuration: asking, logger: logger) } catch {
      await consumer.close()
      throw error
    }
    await withTaskGroup { group in
      group.addTask {
        await cancelWhenGracefulShutdown { await askRegularly(admin) }
        await admin.close()
      }
      await withGracefulShutdownHandler {
        await withTaskCancellationHandler {
          await follow(consumer)
          await consumer.close()
        } onCancel: {
          Task { await consumer.close() }
        }
      } onGracefulShutdown: {
        Task { await consumer.close() }
      }
      group.cancelAll()
    }
  }

  // MARK: Statuses

  private func follow(_ consumer: KafkaConsumer) async {
    guard await assign(consumer) else { return }
    for await event in consumer.events {
      switch event {
      case .messages(let batch):
        for message in batch { take(message) }
      case .partitionFailed(let partition, let error):
        feed.fail(.workers, "\(partition): \(error)")
      case .failed(let error, _):
        feed.fail(.workers, "\(error)")
      case .assigned, .revoked: break
      }
    }
  }

  private func take(_ message: KafkaMessage) {
    guard let value = message.value else { return }
    do {
      let status = try MessageCodec().decode(WorkerStatus.self, from: value, contentType: nil)
      feed.take(status)
      onStatus(status)
    } catch {
      logger.debug("\(message.partition)@\(message.offset) is no worker's status: \(error)")
    }
  }

  /// Reads all partitions from their end; false once the consumer is closed.
  private func assign(_ consumer: KafkaConsumer) async -> Bool {
    while true {
      do {
        let count = try await consumer.partitionCount(of: topics.workers, timeout: Self.patience)
        try await consumer.assign(
          (0..<count).map { (TopicPartition(topic: topics.workers, partition: $0), .end) })
        return true
      } catch {
        if case .closed = error { return false }
        feed.fail(.workers, "\(topics.workers): \(error)")
        do { try await Task.sleep(for: .seconds(1)) } catch { return false }
      }
    }
  }

  // MARK: Offsets

  private func askRegularly(_ admin: KafkaAdmin) async {
    while !Task.isCancelled {
      await tell(.lags) { feed.take(lags: try await lags(admin)) }
      await tell(.deadLetters) { feed.take(deadLetters: try await deadLetters(admin)) }
      try? await Task.sleep(for: interval)
    }
  }

  private func tell(_ source: FleetSource, _ body: () async throws -> Void) async {
    do { try await body() } catch {
      // Asking stops with the server, and that is nothing to tell.
      if !Task.isCancelled { feed.fail(source, "\(error)") }
    }
  }

  private func lags(_ admin: KafkaAdmin) async throws -> [FleetLag] {
    var lags: [FleetLag] = []
    for (group, topics) in topics.groups {
      let logs = try await logs(of: topics, admin)
      let committed = try await admin.committedOffsets(
        ofGroup: group, partitions: Array(logs.keys), timeout: Self.patience)
      let offsets = Dictionary(committed.map { ($0.partition, $0.offset) }) { first, _ in first }
      lags += logs.map { partition, log in
        FleetLag(
          topic: partition.topic, partition: partition.partition,
          committed: offsets[partition] ?? nil, begin: log.lowerBound, end: log.upperBound)
      }
    }
    return lags
  }

  private func deadLetters(_ admin: KafkaAdmin) async throws -> [String: Int64] {
    let logs = try await logs(of: [topics.dead], admin)
    return [topics.dead: logs.values.reduce(0) { $0 + Int64($1.count) }]
  }

  /// From where to where each partition of topics reaches.
  private func logs(
    of topics: [String], _ admin: KafkaAdmin
  ) async throws -> [TopicPartition: Range<Int64>] {
    let described = try await admin.describeTopics(topics, timeout: Self.patience)
    if let missing = topics.first(where: { described[$0] == nil }) {
      throw FleetTailError.noTopic(missing)
    }
    let partitions = described.flatMap { name, topic in
      topic.partitions.map { TopicPartition(topic: name, partition: $0.id) }
    }
    let begins = try await admin.listOffsets(of: partitions, .earliest, timeout: Self.patience)
    let ends = try await admin.listOffsets(of: partitions, .latest, timeout: Self.patience)
    return ends.reduce(into: [:]) { logs, end in
      let begin = begins[end.key] ?? end.value
      logs[end.key] = min(begin, end.value)..<end.value
    }
  }
}

/// Why offsets cannot be told.
enum FleetTailError: Error, CustomStringConvertible {
  case noTopic(String)

  var description: String {
    switch self {
    case .noTopic(let topic): "topic \(topic) is not there; create it: highlights topics apply"
    }
  }
}
