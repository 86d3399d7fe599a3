import HighlightsProtocol
import Kafka
import Logging
import ServiceLifecycle
import SwiftProtobuf

/// Follows `search.control`, from its beginning, for as long as the process lives.
public struct ControlReader: Service {
  private let client: KafkaClientConfiguration
  private let topic: String
  private let logger: Logger
  private let onChange: @Sendable (ControlState) -> Void

  /// - Parameter onChange: called once everything was read that stood in the topic at the start, and then whenever
  ///   a record changes something. Until the first call nothing is known, and whoever may cost money must not begin.
  public init(
    client: KafkaClientConfiguration, topic: String, logger: Logger = Logger(label: "control"),
    onChange: @escaping @Sendable (ControlState) -> Void
  ) {
    self.client = client
    self.topic = topic
    self.logger = logger
    self.onChange = onChange
  }

  /// Reads until shut down.
  ///
  /// - Throws: `KafkaError` for a configuration that is not allowed. A broker that is away is waited for.
  public func run() async throws {
    var reading = KafkaConsumerConfiguration(client: client, groupID: "highlights-control")
    // Read by hand and never committed: each process wants all of it.
    reading.offsetReset = .earliest
    let consumer = try KafkaConsumer(configuration: reading, logger: logger)
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
  }

  private func follow(_ consumer: KafkaConsumer) async {
    guard var left = await ends(consumer) else { return }
    var state = ControlState()
    if left.isEmpty { onChange(state) }
    for await event in consumer.events {
      switch event {
      case .messages(let batch):
        let wasBehind = !left.isEmpty
        var isChanged = false
        for message in batch {
          if apply(message.copy(), to: &state) { isChanged = true }
          if let end = left[message.partition], message.offset + 1 >= end {
            left[message.partition] = nil
          }
        }
        if left.isEmpty, wasBehind || isChanged { onChange(state) }
      case .partitionFailed(let partition, let error):
        logger.warning("\(partition): \(error)")
      case .failed(let error, _):
        logger.warning("\(topic): \(error)")
      case .assigned, .revoked: break
      }
    }
  }

  /// Assigns all partitions and returns where those end that hold anything; nil once the consumer is closed.
  private func ends(_ consumer: KafkaConsumer) async -> [TopicPartition: Int64]? {
    while true {
      do {
        var ends: [TopicPartition: Int64] = [:]
        let partitions = (0..<(try await consumer.partitionCount(of: topic))).map {
          TopicPartition(topic: topic, partition: $0)
        }
        for partition in partitions {
          let log = try await consumer.watermarks(of: partition)
          if !log.isEmpty { ends[partition] = log.upperBound }
        }
        try await consumer.assign(partitions.map { ($0, .beginning) })
        return ends
      } catch {
        if case .closed = error { return nil }
        logger.warning("\(topic) cannot be read, so nothing is begun; asking again: \(error)")
        do { try await Task.sleep(for: .seconds(1)) } catch { return nil }
      }
    }
  }

  /// Returns whether the state is another one now.
  private func apply(_ record: KafkaRecord, to state: inout ControlState) -> Bool {
    let key = String(decoding: record.key ?? [], as: UTF8.self)
    do {
      switch try state.apply(key: key, value: record.value) {
      case .changed: return true
      case .unchanged: return false
      case .unknown:
        logger.debug("\(record.partition)@\(record.offset): the key \(key) is not known here")
        return false
      }
    } catch {
      // The last word that can be read counts.
      logger.error("\(record.partition)@\(record.offset), key \(key), cannot be read: \(error)")
      return false
    }
  }
}

extension ControlReader {
  /// What stands in the topic now.
  ///
  /// - Parameter limit: how long the brokers and the topic are waited for.
  /// - Throws: ``ControlUnread`` when it could not be read by then; `KafkaError` for a configuration that is not
  ///   allowed.
  public static func state(
    client: KafkaClientConfiguration, topic: String, limit: Duration = .seconds(30),
    logger: Logger = Logger(label: "control")
  ) async throws -> ControlState {
    let (states, state) = AsyncStream<ControlState>.makeStream(bufferingPolicy: .bufferingNewest(1))
    let reader = ControlReader(client: client, topic: topic, logger: logger) { state.yield($0) }
    return try await withThrowingTaskGroup(of: ControlState?.self) { tasks in
      tasks.addTask {
        try await reader.run()
        return nil
      }
      tasks.addTask { await states.first { _ in true } }
      tasks.addTask {
        try await Task.sleep(for: limit)
        throw ControlUnread(topic: topic, limit: limit)
      }
      defer { tasks.cancelAll() }
      while let found = try await tasks.next() {
        if let found { return found }
      }
      throw CancellationError()
    }
  }
}

/// `search.control` could not be read to its end in time.
public struct ControlUnread: Error, Sendable, Hashable, CustomStringConvertible {
  public let topic: String
  public let limit: Duration

  public var description: String {
    "topic \(topic) was not read to its end in \(limit): brokers or topic are away; "
      + "highlights topics apply creates it"
  }
}
