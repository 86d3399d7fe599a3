import Kafka
import KafkaWorker
import Logging
import TestSupport

/// A broker with the topics `in`, `out`, `ledger` and `dead`, and a producer on it.
struct WorkerBench {
  let client: KafkaClientConfiguration
  let producer: KafkaProducer

  private static func topics(_ partitions: Int32) -> [(name: String, partitions: Int32)] {
    [
      ("in", partitions), ("backfill", partitions), ("retry.short", partitions),
      ("retry.long", partitions), ("out", 1), ("ledger", 1), ("dead", 1),
    ]
  }

  /// Runs `body` on an embedded broker and ends that whatever comes of it.
  static func run(
    partitions: Int32 = 4, _ body: (WorkerBench) async throws -> Void
  ) async throws {
    let kafka = try EmbeddedKafka()
    defer { kafka.shutdown() }
    for topic in topics(partitions) {
      try kafka.createTopic(topic.name, partitions: topic.partitions)
    }
    try await run(kafka.clientConfiguration, body)
  }

  /// Runs `body` on a broker in a process of its own, which takes commits while a group rebalances.
  static func runOnNoida(
    partitions: Int32 = 4, _ body: (WorkerBench) async throws -> Void
  ) async throws {
    try await runOnNoida(partitions: partitions) { bench, _ in try await body(bench) }
  }

  /// The same, with the broker to restart.
  static func runOnNoida(
    partitions: Int32 = 4, _ body: (WorkerBench, NoidaBroker) async throws -> Void
  ) async throws {
    try await NoidaBroker.run { broker in
      let client = KafkaClientConfiguration(bootstrapServers: [broker.bootstrapServers])
      let admin = try KafkaAdmin(configuration: client)
      let created = try await admin.createTopics(
        topics(partitions).map { KafkaNewTopic(name: $0.name, partitions: $0.partitions) })
      for result in created.values { if case .failed(let error) = result { throw error } }
      await admin.close()
      try await run(client) { try await body($0, broker) }
    }
  }

  private static func run(
    _ client: KafkaClientConfiguration, _ body: (WorkerBench) async throws -> Void
  ) async throws {
    let bench = WorkerBench(
      client: client, producer: try KafkaProducer(configuration: .init(client: client)))
    let result: Result<Void, any Error>
    do { result = .success(try await body(bench)) } catch { result = .failure(error) }
    await bench.producer.shutdown(timeout: .seconds(5))
    try result.get()
  }

  func worker(
    _ handler: RecordingHandler, _ change: (inout KafkaWorkerConfiguration) -> Void = { _ in },
    observe: @escaping @Sendable (WorkerEvent) -> Void = { _ in }
  ) throws -> KafkaWorker<RecordingHandler> {
    var consumer = KafkaConsumerConfiguration(client: client, groupID: "group")
    consumer.sessionTimeout = .seconds(6)
    var configuration = KafkaWorkerConfiguration(consumer: consumer, topics: ["in"])
    configuration.deadLetterTopic = "dead"
    configuration.backoff = .milliseconds(10)
    configuration.commitInterval = .milliseconds(100)
    configuration.drainTimeout = .seconds(20)
    change(&configuration)
    return try KafkaWorker(
      configuration: configuration, handler: handler, producer: producer, observe: observe)
  }

  /// Publishes texts, each under its key.
  func publish(_ texts: [(key: String?, text: String)], to topic: String = "in") async throws {
    try await producer.send(
      texts.map {
        KafkaProducerMessage(
          topic: topic, key: $0.key.map { Array($0.utf8) }, value: Array($0.text.utf8))
      })
  }

  func publish(_ count: Int, keys: Int) async throws {
    try await publish((0..<count).map { (key: "k\($0 % keys)", text: "\($0)") })
  }

  /// Messages on a topic of one partition.
  func count(of topic: String) async throws -> Int {
    let consumer = try KafkaConsumer(configuration: .init(client: client, groupID: "reader"))
    let partition = TopicPartition(topic: topic, partition: 0)
    let log = try await within(.seconds(30), "the end of \(topic)") {
      try await consumer.watermarks(of: partition)
    }
    await consumer.close()
    return log.count
  }

  /// Everything on a topic of one partition.
  func read(_ topic: String, atLeast count: Int) async throws -> [KafkaRecord] {
    let consumer = try KafkaConsumer(
      configuration: .init(client: client, groupID: "reader"))
    let partition = TopicPartition(topic: topic, partition: 0)
    try await consumer.assign([(partition, .beginning)])
    let records = try await within(.seconds(30), "reading \(count) of \(topic)") {
      var records: [KafkaRecord] = []
      while records.count < count, let event = await consumer.next() {
        if case .messages(let batch) = event { records += batch.map { $0.copy() } }
      }
      return records
    }
    await consumer.close()
    return records
  }
}
