import ArgumentParser
import CKafkaBenchmark
import Kafka

/// What one leg does.
enum Work: String, CaseIterable, Codable, ExpressibleByArgument {
  case produce
  case produceHeaders = "produce-headers"
  case consume
  /// Writes what the consuming legs read; not compared.
  case fill
}

/// Who does it.
enum Client: String, Codable, ExpressibleByArgument {
  case c, swift
  /// C with the delivery reports taken on the thread that produces.
  case cOneThread = "c-one-thread"
}

/// Everything that must be the same on both sides.
struct Workload: ParsableArguments {
  @Option(help: "Messages a leg (consuming: messages in the topic).")
  var messages = 1_000_000
  @Option(help: "Bytes of a value.")
  var valueSize = 200
  @Option(help: "Messages in a batch that is produced or taken.")
  var batch = 1_000
  @Option(help: "Batches that may wait for their acknowledgement.")
  var batchesInFlight = 64
  @Option(help: "Times a consuming leg reads the topic on the clock.")
  var passes = 2
  @Flag(help: "Make each message anew, on the clock; else some batches are made beforehand.")
  var fresh = false

  var warmup: Int { messages / 10 }

  /// Batches made beforehand and produced in turn.
  static let preparedBatches = 16
  static let lingerMilliseconds = 5
  /// Both sides fetch ahead as much as there is: at librdkafka's own limits a bulk read stalls for up to
  /// a second at a time.
  static let prefetchBytes = 1 << 30
  static let consumerProperties = [
    "queued.min.messages": "10000000",
    "fetch.wait.max.ms": "10",
  ]
  /// Small enough for a mock partition (5 MiB) to hold many.
  static let fillProperties = ["batch.num.messages": "1000"]

  static let producedPartitions: Int32 = 4
  /// The mock keeps 5 MiB a partition and drops the oldest silently.
  var consumedPartitions: Int32 {
    Int32((messages * (valueSize + 32) + (4 << 20) - 1) / (4 << 20))
  }

  func topic(of work: Work) -> String {
    switch work {
    case .produce: "produced"
    case .produceHeaders: "produced-with-headers"
    case .consume, .fill: "consumed"
    }
  }

  func partitions(of work: Work) -> Int32 {
    switch work {
    case .produce, .produceHeaders: Self.producedPartitions
    case .consume, .fill: consumedPartitions
    }
  }

  func validate() throws {
    for (name, value, allowed) in [
      ("messages", messages, 10_000...10_000_000), ("value-size", valueSize, 8...100_000),
      ("batch", batch, 1...10_000), ("batches-in-flight", batchesInFlight, 1...1_000),
      ("passes", passes, 1...100),
    ] where !allowed.contains(value) {
      throw ValidationError(
        "--\(name) \(value): allowed \(allowed.lowerBound) to \(allowed.upperBound)")
    }
    guard batch * batchesInFlight <= 100_000 else {
      throw ValidationError("--batch times --batches-in-flight must fit the queue of 100000")
    }
  }

  var arguments: [String] {
    [
      "--messages", "\(messages)", "--value-size", "\(valueSize)", "--batch", "\(batch)",
      "--batches-in-flight", "\(batchesInFlight)", "--passes", "\(passes)",
    ] + (fresh ? ["--fresh"] : [])
  }
}

// The configuration of each side. The C properties are what the typed settings of `Kafka` amount to.
extension Workload {
  func producer(_ broker: String) -> KafkaProducerConfiguration {
    var configuration = KafkaProducerConfiguration(
      client: KafkaClientConfiguration(bootstrapServers: [broker], clientID: "benchmark"))
    configuration.linger = .milliseconds(Self.lingerMilliseconds)
    return configuration
  }

  func consumer(_ broker: String) -> KafkaConsumerConfiguration {
    var client = KafkaClientConfiguration(bootstrapServers: [broker], clientID: "benchmark")
    client.properties = Self.consumerProperties
    var configuration = KafkaConsumerConfiguration(client: client, groupID: "benchmark")
    configuration.batchLimit = batch
    configuration.prefetchBytes = Self.prefetchBytes
    return configuration
  }

  func producerProperties(_ broker: String) -> [String: String] {
    Self.clientProperties(broker).merging([
      "acks": "all",
      "enable.idempotence": "true",
      "compression.codec": "none",
      "linger.ms": "\(Self.lingerMilliseconds)",
      "delivery.timeout.ms": "120000",
      "queue.buffering.max.messages": "100000",
      "queue.buffering.max.kbytes": "65536",
      "partitioner": "murmur2_random",
    ]) { $1 }
  }

  func consumerProperties(_ broker: String) -> [String: String] {
    Self.clientProperties(broker).merging([
      "group.id": "benchmark",
      "partition.assignment.strategy": "cooperative-sticky",
      "auto.offset.reset": "error",
      "enable.auto.commit": "false",
      "enable.auto.offset.store": "false",
      "enable.partition.eof": "false",
      "session.timeout.ms": "45000",
      "heartbeat.interval.ms": "3000",
      "max.poll.interval.ms": "300000",
      "queued.max.messages.kbytes": "\(Self.prefetchBytes >> 10)",
    ]) { $1 }.merging(Self.consumerProperties) { $1 }
  }

  private static func clientProperties(_ broker: String) -> [String: String] {
    [
      "bootstrap.servers": broker, "client.id": "benchmark", "security.protocol": "plaintext",
      "message.max.bytes": "1000000",
    ]
  }
}
