import Kafka
import KafkaWorker
import Logging
import TestSupport

/// An embedded broker with the topics `in`, `out`, `ledger` and `dead`, and a producer on it.
struct WorkerBench {
  let kafka: EmbeddedKafka
  let producer: KafkaProducer

  /// Runs `body` and ends the broker whatever comes of it.
  static func run(
    partitions: Int32 = 4, _ body: (WorkerBench) async throws -> Void
  ) async throws {
    let kafka = try EmbeddedKafka()
    for topic in ["in", "out", "ledger", "dead"] {
      try kafka.createTopic(topic, partitions: topic == "in" ? partitions : 1)
    }
    let bench = WorkerBench(
      kafka: kafka,
      producer: try KafkaProducer(configuration: .init(client: kafka.clientConfiguration)))
    let result: Result<Void, any Error>
    do { result = .success(try await body(bench)) } catch { result = .failure(error) }
    await bench.producer.shutdown(timeout: .seconds(5))
    kafka.shutdown()
    try result.get()
  }

  func worker(
    _ handler: RecordingHandler, _ change: (inout KafkaWorkerConfiguration) -> Void = { _ in }
  ) throws -> KafkaWorker<RecordingHandler> {
    var consumer = KafkaConsumerConfiguration(client: kafka.clientConfiguration, groupID: "group")
    consumer.sessionTimeout = .seconds(6)
    var configuration = KafkaWorkerConfiguration(consumer: consumer, topics: ["in"])
    configuration.deadLetterTopic = "dead"
    configuration.backoff = .milliseconds(10)
    configuration.commitInterval = .milliseconds(100)
    configuration.drainTimeout = .seconds(20)
    change(&configuration)
    return try KafkaWorker(configuration: configuration, handler: handler, producer: producer)
  }

  /// Publishes texts, each under its key.
  func publish(_ texts: [(key: String?, text: String)]) async throws {
    try await producer.send(
      texts.map {
        KafkaProducerMessage(
          topic: "in", key: $0.key.map { Array($0.utf8) }, value: Array($0.text.utf8))
      })
  }

  func publish(_ count: Int, keys: Int) async throws {
    try await publish((0..<count).map { (key: "k\($0 % keys)", text: "\($0)") })
  }

  /// Everything on a topic of one partition.
  func read(_ topic: String, atLeast count: Int) async throws -> [KafkaRecord] {
    let consumer = try KafkaConsumer(
      configuration: .init(client: kafka.clientConfiguration, groupID: "reader"))
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
