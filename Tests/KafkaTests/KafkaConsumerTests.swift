import Kafka
import Synchronization
import TestSupport
import Testing

@Suite("Consumer", .serialized) struct KafkaConsumerTests {
  @Test("a commit with metadata is read back")
  func commitMetadata() async throws {
    try await onEmbeddedKafka(topics: ["t": 2]) { kafka in
      try await kafka.publish([KafkaProducerMessage("t", "a", partition: 0)])
      let consumer = try kafka.consumer()
      try await consumer.subscribe(to: ["t"])
      let partitions = try await consumer.assigned().sorted { $0.partition < $1.partition }
      #expect(partitions.map(\.partition) == [0, 1])
      let before = try await consumer.committed(partitions)
      #expect(before.map(\.offset) == [nil, nil])
      let offset = CommittedOffset(partition: partitions[0], offset: 1, metadata: "v1:done,é")
      let answer = await consumer.commit { [offset] }
      #expect(answer.offsets == [offset])
      #expect(answer.error == nil)
      let after = try await consumer.committed(partitions)
      #expect(after == [offset, CommittedOffset(partition: partitions[1], offset: nil)])
      await consumer.close()
    }
  }

  @Test("a commit that the broker refuses throws its code")
  func refusedCommit() async throws {
    try await onEmbeddedKafka(topics: ["t": 1]) { kafka in
      let consumer = try kafka.consumer()
      try await consumer.subscribe(to: ["t"])
      let partitions = try await consumer.assigned()
      try kafka.failNextRequests(ofType: .offsetCommit, with: [.illegalGeneration])
      let error = await #expect(throws: KafkaError.self) {
        try await consumer.commit([CommittedOffset(partition: partitions[0], offset: 5)])
      }
      #expect(error?.code == .illegalGeneration)
      await consumer.close()
    }
  }

  @Test("a paused partition hands over nothing until it is resumed, and then all of it")
  func pauseAndResume() async throws {
    try await onEmbeddedKafka(topics: ["t": 2]) { kafka in
      let consumer = try kafka.consumer()
      let (paused, other) = (
        TopicPartition(topic: "t", partition: 0), TopicPartition(topic: "t", partition: 1)
      )
      try await consumer.assign([(paused, .beginning), (other, .beginning)])
      try await kafka.publish((0..<10).map { KafkaProducerMessage("t", "\($0)", partition: 0) })
      #expect(try await consumer.records(10).map(\.offset) == Array(0..<10))
      consumer.pause([paused])
      // Commands run in order, so this one returns after the pause.
      try await consumer.remove([])
      try await kafka.publish((10..<20).map { KafkaProducerMessage("t", "\($0)", partition: 0) })
      try await kafka.publish((0..<10).map { KafkaProducerMessage("t", "\($0)", partition: 1) })
      #expect(try await consumer.records(10).allSatisfy { $0.partition == other })
      consumer.resume([paused])
      let resumed = try await consumer.records(10)
      #expect(resumed.map(\.offset) == Array(10..<20))
      await consumer.close()
    }
  }

  @Test("partitions are added to and removed from an assignment by hand, each at its offset")
  func handMadeAssignment() async throws {
    try await onEmbeddedKafka(topics: ["a": 1, "b": 1]) { kafka in
      let (a, b) = (
        TopicPartition(topic: "a", partition: 0), TopicPartition(topic: "b", partition: 0)
      )
      try await kafka.publish((0..<5).map { KafkaProducerMessage("a", "a\($0)") })
      try await kafka.publish((0..<5).map { KafkaProducerMessage("b", "b\($0)") })
      let consumer = try kafka.consumer()
      try await consumer.add([(a, .at(3))])
      #expect(try await consumer.records(2).map(\.text) == ["a3", "a4"])
      try await consumer.add([(b, .at(1))])
      #expect(try await consumer.records(4).map(\.text) == ["b1", "b2", "b3", "b4"])
      try await consumer.remove([a])
      try await kafka.publish([KafkaProducerMessage("a", "a5")])
      try await kafka.publish([KafkaProducerMessage("b", "b5")])
      #expect(try await consumer.records(1).map(\.text) == ["b5"])
      await consumer.close()
    }
  }

  @Test("watermarks and partition counts are what the broker has")
  func watermarks() async throws {
    try await onEmbeddedKafka(topics: ["t": 3]) { kafka in
      try await kafka.publish((0..<4).map { KafkaProducerMessage("t", "\($0)", partition: 1) })
      let consumer = try kafka.consumer()
      let partition = TopicPartition(topic: "t", partition: 1)
      #expect(try await consumer.watermarks(of: partition) == 0..<4)
      #expect(try await consumer.partitionCount(of: "t") == 3)
      await consumer.close()
      await #expect(throws: KafkaError.closed("consumer")) {
        try await consumer.watermarks(of: partition)
      }
    }
  }

  @Test("an offset that is out of range is an event of its partition, not a jump")
  func outOfRange() async throws {
    try await onEmbeddedKafka(topics: ["t": 1]) { kafka in
      try await kafka.publish([KafkaProducerMessage("t", "a")])
      let consumer = try kafka.consumer { $0.offsetReset = .error }
      let partition = TopicPartition(topic: "t", partition: 0)
      try await consumer.assign([(partition, .at(100))])
      let failed = try await consumer.first("the failure of the partition") { event in
        if case .partitionFailed(let partition, let error) = event {
          (partition, error)
        } else {
          nil
        }
      }
      #expect(failed.0 == partition)
      #expect(failed.1.code == .autoOffsetReset)
      await consumer.close()
    }
  }

  @Test("a reader that takes nothing holds back the rest, and then gets all in order")
  func backPressure() async throws {
    try await onEmbeddedKafka(topics: ["t": 1]) { kafka in
      try await kafka.publish((0..<2_000).map { KafkaProducerMessage("t", "\($0)") })
      let consumer = try kafka.consumer {
        $0.batchLimit = 10
        $0.bufferedBatches = 2
      }
      try await consumer.assign([(TopicPartition(topic: "t", partition: 0), .beginning)])
      let batches = try await within(.seconds(60), "all messages") {
        var batches: [[String?]] = []
        while batches.reduce(0, { $0 + $1.count }) < 2_000, let event = await consumer.next() {
          if case .messages(let batch) = event { batches.append(batch.map { $0.copy().text }) }
        }
        return batches
      }
      #expect(batches.allSatisfy { $0.count <= 10 })
      #expect(batches.flatMap(\.self) == (0..<2_000).map { "\($0)" })
      await consumer.close()
    }
  }

  @Test("messages outlive the consumer they came from")
  func batchOutlivesConsumer() async throws {
    try await onEmbeddedKafka(topics: ["t": 1]) { kafka in
      try await kafka.publish([KafkaProducerMessage("t", "still here", key: "k")])
      let consumer = try kafka.consumer()
      try await consumer.assign([(TopicPartition(topic: "t", partition: 0), .beginning)])
      let batch = try await consumer.first("a batch") { event in
        if case .messages(let batch) = event { batch } else { nil }
      }
      await consumer.close()
      #expect(batch[0].copy().text == "still here")
      #expect(batch[0].topic == "t")
      #expect(await consumer.next() == nil)
    }
  }
}
