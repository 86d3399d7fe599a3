import Kafka
import KafkaWorker
import Logging
import ServiceLifecycle
import TestSupport

/// An embedded broker with the topics of a scenario, all of them with as many partitions as `in` but `out` and
/// `dead`, which have one.
struct ScenarioBroker {
  let client: KafkaClientConfiguration

  static let inTopic = "in"
  static let outTopic = "out"
  static let deadTopic = "dead"
  static let retryTopics = ["retry.short", "retry.long"]

  static func run<T>(
    partitions: Int32, _ body: (ScenarioBroker) async throws -> T
  ) async throws -> T {
    let kafka = try EmbeddedKafka()
    defer { kafka.shutdown() }
    for topic in [inTopic] + retryTopics { try kafka.createTopic(topic, partitions: partitions) }
    for topic in [outTopic, deadTopic] { try kafka.createTopic(topic, partitions: 1) }
    return try await body(ScenarioBroker(client: kafka.clientConfiguration))
  }

  /// Runs `body` with a producer and shuts it down whatever comes of it.
  func withProducer<T>(_ body: (KafkaProducer) async throws -> T) async throws -> T {
    let producer = try KafkaProducer(configuration: producerConfiguration)
    let result: Result<T, any Error>
    do { result = .success(try await body(producer)) } catch { result = .failure(error) }
    await producer.shutdown(timeout: .seconds(10))
    return try result.get()
  }

  /// A producer has no use for what consumers of an embedded broker need.
  var producerConfiguration: KafkaProducerConfiguration {
    var client = client
    client.properties = [:]
    return KafkaProducerConfiguration(client: client)
  }

  /// Settings of a worker of the scenario's group.
  func configuration(
    _ change: (inout KafkaWorkerConfiguration) throws -> Void
  ) rethrows -> KafkaWorkerConfiguration {
    var consumer = KafkaConsumerConfiguration(client: client, groupID: "scenario")
    // This broker ends a rebalance one second before the session timeout.
    consumer.sessionTimeout = .seconds(6)
    var configuration = KafkaWorkerConfiguration(consumer: consumer, topics: [Self.inTopic])
    configuration.deadLetterTopic = Self.deadTopic
    configuration.commitInterval = .milliseconds(200)
    try change(&configuration)
    return configuration
  }

  /// Everything that stands in a topic of one partition.
  func records(of topic: String) async throws -> [KafkaRecord] {
    let consumer = try KafkaConsumer(configuration: .init(client: client, groupID: "reader"))
    let result: Result<[KafkaRecord], any Error>
    do { result = .success(try await records(of: topic, consumer)) } catch {
      result = .failure(error)
    }
    await consumer.close()
    return try result.get()
  }

  private func records(
    of topic: String, _ consumer: KafkaConsumer
  ) async throws -> [KafkaRecord] {
    let partition = TopicPartition(topic: topic, partition: 0)
    let log = try await consumer.watermarks(of: partition)
    // This broker drops the oldest once it has 5 MiB.
    guard log.lowerBound == 0 else { throw TestSupportError("\(topic) lost its beginning") }
    if log.isEmpty { return [] }
    try await consumer.assign([(partition, .beginning)])
    return try await within(.seconds(60), "reading \(topic)") {
      var records: [KafkaRecord] = []
      for await event in consumer.events {
        if case .messages(let batch) = event { records += batch.map { $0.copy() } }
        if let last = records.last, last.offset + 1 >= log.upperBound { break }
      }
      return records
    }
  }
}

/// A worker in a service group of its own, with a producer of its own.
final class RunningWorker<Handler: WorkerHandler>: Sendable {
  let worker: KafkaWorker<Handler>
  private let producer: KafkaProducer
  private let group: ServiceGroup
  private let running: Task<Void, any Error>

  init(
    _ configuration: KafkaWorkerConfiguration, _ handler: Handler,
    observe: @escaping @Sendable (WorkerEvent) -> Void = { _ in }
  ) throws {
    producer = try KafkaProducer(
      configuration: ScenarioBroker(client: configuration.consumer.client).producerConfiguration)
    var logger = Logger(label: "scenario")
    logger.logLevel = .critical
    worker = try KafkaWorker(
      configuration: configuration, handler: handler, producer: producer, logger: logger,
      observe: observe)
    group = ServiceGroup(configuration: .init(services: [worker], logger: logger))
    let group = group
    running = Task { try await group.run() }
  }

  /// Drains it and waits for its end.
  func stop() async throws {
    await group.triggerGracefulShutdown()
    let result = await running.result
    await producer.shutdown(timeout: .seconds(10))
    try result.get()
  }
}

/// Runs `body` with workers that it may start more of, and stops those left whatever comes of it.
func withWorkers<Handler: WorkerHandler, T>(
  of type: Handler.Type, _ body: (inout [RunningWorker<Handler>]) async throws -> T
) async throws -> T {
  var workers: [RunningWorker<Handler>] = []
  let result: Result<T, any Error>
  do { result = .success(try await body(&workers)) } catch { result = .failure(error) }
  for worker in workers { try await worker.stop() }
  return try result.get()
}
