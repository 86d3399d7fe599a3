import CKafkaBenchmark
import Kafka

/// A leg through `Kafka`, from a task as the product does.
struct SwiftLeg {
  let broker: String
  let workload: Workload

  func run(_ work: Work) async throws -> LegResult {
    switch work {
    case .consume: try await consume()
    case .produce, .produceHeaders, .fill: try await produce(work)
    }
  }

  // MARK: Producing

  private func produce(_ work: Work) async throws -> LegResult {
    let producer = try KafkaProducer(configuration: workload.producer(broker))
    var run = ProduceRun(
      producer: producer, workload: workload, topic: workload.topic(of: work),
      headers: work == .produceHeaders ? MessageHeaders() : nil)
    try await run.produce(workload.warmup)
    let start = kafka_benchmark_now()
    try await run.produce(workload.messages)
    let end = kafka_benchmark_now()
    await producer.shutdown()
    return LegResult(
      seconds: end.seconds - start.seconds, cpuSeconds: end.cpu_seconds - start.cpu_seconds,
      messages: workload.messages)
  }

  // MARK: Consuming

  private func consume() async throws -> LegResult {
    let consumer = try KafkaConsumer(configuration: workload.consumer(broker))
    let topic = workload.topic(of: .consume)
    let beginning = (0..<workload.consumedPartitions).map {
      (TopicPartition(topic: topic, partition: $0), KafkaOffset.beginning)
    }
    var seconds = 0.0
    var cpuSeconds = 0.0
    var measured = 0
    var checksum: UInt64 = 0
    // The first pass warms up. Each other is on the clock from its first batch to its last.
    for pass in 0...workload.passes {
      try await consumer.assign(beginning)
      var start: kafka_benchmark_moment?
      var before = 0
      var taken = 0
      while taken < workload.messages {
        let batch = try await nextBatch(consumer)
        for message in batch {
          checksum &+= message.withValue { UInt64($0.count) + UInt64($0[0]) }
        }
        taken += batch.count
        if start == nil {
          start = kafka_benchmark_now()
          before = taken
        }
      }
      guard pass > 0, let start else { continue }
      let end = kafka_benchmark_now()
      seconds += end.seconds - start.seconds
      cpuSeconds += end.cpu_seconds - start.cpu_seconds
      measured += taken - before
    }
    await consumer.close()
    try ConsumedChecksum(workload: workload).check(checksum, readings: workload.passes + 1)
    return LegResult(seconds: seconds, cpuSeconds: cpuSeconds, messages: measured)
  }

  private func nextBatch(_ consumer: KafkaConsumer) async throws -> KafkaMessageBatch {
    while let event = await consumer.next() {
      switch event {
      case .messages(let batch): return batch
      case .partitionFailed(_, let error), .failed(let error, _): throw error
      case .assigned, .revoked: continue
      }
    }
    throw BenchmarkError("the consumer ended before it had read everything")
  }
}

/// Produces numbered messages in batches, a bounded number of them in flight.
private struct ProduceRun {
  let producer: KafkaProducer
  let workload: Workload
  let topic: String
  let headers: MessageHeaders?
  let pattern: [UInt8]

  private var number: UInt32 = 0
  private var started = 0
  private var prepared: [[KafkaProducerMessage]] = []
  private var inFlight: [KafkaDelivery] = []

  init(
    producer: KafkaProducer, workload: Workload, topic: String,
    headers: MessageHeaders?
  ) {
    self.producer = producer
    self.workload = workload
    self.topic = topic
    self.headers = headers
    pattern = [UInt8](repeating: UInt8(ascii: "v"), count: workload.valueSize)
    if !workload.fresh {
      prepared = (0..<Workload.preparedBatches).map { _ in makeBatch(workload.batch) }
    }
  }

  mutating func produce(_ messages: Int) async throws {
    var left = messages
    while left > 0 {
      if inFlight.count == workload.batchesInFlight {
        try await inFlight.removeFirst().acknowledged()
      }
      let batch = nextBatch(min(left, workload.batch))
      left -= batch.count
      inFlight.append(try await producer.enqueue(batch))
    }
    for delivery in inFlight { try await delivery.acknowledged() }
    inFlight = []
  }

  private mutating func nextBatch(_ count: Int) -> [KafkaProducerMessage] {
    guard !prepared.isEmpty else { return makeBatch(count) }
    defer { started += 1 }
    let batch = prepared[started % prepared.count]
    return count == batch.count ? batch : Array(batch[..<count])
  }

  private mutating func makeBatch(_ count: Int) -> [KafkaProducerMessage] {
    var batch: [KafkaProducerMessage] = []
    batch.reserveCapacity(count)
    for _ in 0..<count {
      let value = [UInt8](unsafeUninitializedCapacity: pattern.count) { buffer, count in
        count = buffer.initialize(fromContentsOf: pattern)
        kafka_benchmark_stamp(buffer.baseAddress, Int32(kafka_benchmark_key_size), number)
      }
      batch.append(
        KafkaProducerMessage(
          topic: topic, key: Array(value.prefix(kafka_benchmark_key_size)), value: value,
          headers: headers?.stamped(number) ?? []))
      number += 1
    }
    return batch
  }
}

/// The product's own headers, those that differ from message to message made for each.
private struct MessageHeaders {
  private struct Template {
    let header: KafkaHeader
    let place: Int
    let width: Int32
  }

  private let templates: [Template]

  init() {
    templates = (0..<Int32(kafka_benchmark_header_count)).map { index in
      let raw = kafka_benchmark_header_at(index).pointee
      return Template(
        header: KafkaHeader(String(cString: raw.name), String(cString: raw.value)),
        place: Int(raw.stamp_at), width: raw.stamp_width)
    }
  }

  func stamped(_ number: UInt32) -> [KafkaHeader] {
    templates.map { template in
      guard template.width > 0 else { return template.header }
      var header = template.header
      header.value.withUnsafeMutableBufferPointer {
        kafka_benchmark_stamp($0.baseAddress! + template.place, template.width, number)
      }
      return header
    }
  }
}
