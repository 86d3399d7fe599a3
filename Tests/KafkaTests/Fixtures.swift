import Kafka
import Logging
import TestSupport

let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

/// Runs `body` on an embedded cluster with these topics and shuts it down after.
func onEmbeddedKafka<T>(
  brokers: Int = 1, topics: [String: Int32], _ body: (EmbeddedKafka) async throws -> T
) async throws -> T {
  let kafka = try EmbeddedKafka(brokers: brokers, logger: quiet)
  defer { kafka.shutdown() }
  for (topic, partitions) in topics { try kafka.createTopic(topic, partitions: partitions) }
  return try await body(kafka)
}

extension EmbeddedKafka {
  func producer(
    _ change: (inout KafkaProducerConfiguration) -> Void = { _ in },
    onError: @escaping @Sendable (KafkaError) -> Void = { _ in }
  ) throws -> KafkaProducer {
    var client = clientConfiguration
    client.properties = ["reconnect.backoff.max.ms": "200"]
    var configuration = KafkaProducerConfiguration(client: client)
    change(&configuration)
    return try KafkaProducer(configuration: configuration, logger: quiet, onError: onError)
  }

  func consumer(
    group: String = "group", _ change: (inout KafkaConsumerConfiguration) -> Void = { _ in }
  ) throws -> KafkaConsumer {
    var configuration = KafkaConsumerConfiguration(client: clientConfiguration, groupID: group)
    configuration.client.properties["reconnect.backoff.max.ms"] = "200"
    configuration.offsetReset = .earliest
    change(&configuration)
    return try KafkaConsumer(configuration: configuration, logger: quiet)
  }

  /// Publishes and shuts the producer down.
  func publish(_ messages: [KafkaProducerMessage]) async throws {
    let producer = try producer()
    try await producer.send(messages)
    await producer.shutdown()
  }

  /// Reads `count` messages of one partition from its beginning.
  func read(_ count: Int, of topic: String, partition: Int32 = 0) async throws -> [KafkaRecord] {
    let consumer = try consumer()
    try await consumer.assign([(TopicPartition(topic: topic, partition: partition), .beginning)])
    let records = try await consumer.records(count)
    await consumer.close()
    return records
  }
}

extension KafkaConsumer {
  /// The next `count` messages; throws what cannot be read.
  func records(_ count: Int) async throws -> [KafkaRecord] {
    try await within(.seconds(60), "reading \(count) messages") {
      var records: [KafkaRecord] = []
      while records.count < count, let event = await self.next() {
        switch event {
        case .messages(let batch): records += batch.map { $0.copy() }
        case .partitionFailed(_, let error): throw error
        case .failed(let error, fatal: true): throw error
        default: break
        }
      }
      return records
    }
  }

  /// Takes events until one is what `pick` wants.
  func first<T: Sendable>(
    _ what: String, _ pick: @escaping @Sendable (KafkaConsumerEvent) -> T?
  ) async throws -> T {
    try await within(.seconds(60), what) {
      while let event = await self.next() {
        if let picked = pick(event) { return picked }
      }
      throw TestSupportError("the consumer ended before \(what)")
    }
  }

  func assigned() async throws -> [TopicPartition] {
    try await first("an assignment") { event in
      if case .assigned(let partitions) = event { partitions } else { nil }
    }
  }

  func revoked() async throws -> [TopicPartition] {
    try await first("a revocation") { event in
      if case .revoked(let partitions, _) = event { partitions } else { nil }
    }
  }
}

extension KafkaProducerMessage {
  init(_ topic: String, _ value: String, key: String? = nil, partition: Int32? = nil) {
    self.init(
      topic: topic, partition: partition, key: key.map { Array($0.utf8) }, value: Array(value.utf8))
  }
}

extension KafkaRecord {
  var text: String? { value.map { String(decoding: $0, as: UTF8.self) } }
}
