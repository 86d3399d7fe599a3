import Kafka
import Synchronization
import TestSupport
import Testing

@Suite("Producer", .serialized) struct KafkaProducerTests {
  @Test("key, value, headers and timestamp come back as they were sent")
  func roundTrip() async throws {
    try await onEmbeddedKafka(topics: ["t": 1]) { kafka in
      let headers = [
        KafkaHeader("name", "first"), KafkaHeader("name", "second"), KafkaHeader("empty", ""),
        KafkaHeader("bytes", [0xff, 0x00, 0xfe]), KafkaHeader("", "no name"),
      ]
      try await kafka.publish([
        KafkaProducerMessage(
          topic: "t", key: [1, 0, 2], value: Array("välue".utf8), headers: headers,
          timestamp: 1_700_000_000_123)
      ])
      let record = try await kafka.read(1, of: "t")[0]
      #expect(record.key == [1, 0, 2])
      #expect(record.text == "välue")
      #expect(record.headers == headers)
      #expect(record.timestamp == 1_700_000_000_123)
      #expect(record.offset == 0)
      #expect(record.headers.text("name") == "second")
      #expect(record.headers.text("bytes") == nil)
    }
  }

  @Test("a tombstone and an empty value, an absent and an empty key stay apart")
  func nullAndEmpty() async throws {
    try await onEmbeddedKafka(topics: ["t": 1]) { kafka in
      let plain = [
        KafkaProducerMessage(topic: "t", key: [1], value: nil),
        KafkaProducerMessage(topic: "t", key: [], value: []),
        KafkaProducerMessage(topic: "t", value: [2]),
      ]
      let withHeaders = plain.map { message in
        var message = message
        message.headers = [KafkaHeader("h", "v")]
        return message
      }
      try await kafka.publish(plain + withHeaders)
      let records = try await kafka.read(6, of: "t")
      #expect(records.map(\.key) == [[1], [], nil, [1], [], nil])
      #expect(records.map(\.value) == [nil, [], [2], nil, [], [2]])
    }
  }

  @Test("messages of one partition keep their order, with headers and without")
  func order() async throws {
    try await onEmbeddedKafka(topics: ["t": 1]) { kafka in
      let messages = (0..<3_000).map { index in
        var message = KafkaProducerMessage("t", "\(index)")
        if index % 7 == 0 { message.headers = [KafkaHeader("h", "v")] }
        return message
      }
      try await kafka.publish(messages)
      #expect(try await kafka.read(3_000, of: "t").map(\.text) == (0..<3_000).map { "\($0)" })
    }
  }

  @Test("a full local queue suspends the caller and loses nothing")
  func fullQueue() async throws {
    try await onEmbeddedKafka(topics: ["t": 1]) { kafka in
      let producer = try kafka.producer { $0.queueLimit = 10 }
      let delivery = try await within(.seconds(60), "5,000 messages through a queue of 10") {
        try await producer.enqueue(
          (0..<5_000).map { index in
            var message = KafkaProducerMessage("t", "\(index)")
            if index % 3 == 0 { message.headers = [KafkaHeader("h", "v")] }
            return message
          })
      }
      // All were taken and no more than the queue holds are waiting: the caller was held back.
      #expect(producer.outstanding <= 10)
      let results = await delivery.results
      await producer.shutdown()
      #expect(results.count == 5_000)
      #expect(results.allSatisfy { (try? $0.get()) != nil })
      #expect(try await kafka.read(5_000, of: "t").map(\.text) == (0..<5_000).map { "\($0)" })
    }
  }

  @Test("a message that is too large fails alone, with headers and without")
  func tooLarge() async throws {
    try await onEmbeddedKafka(topics: ["t": 1]) { kafka in
      let large = KafkaProducerMessage(topic: "t", value: .init(repeating: 7, count: 1_100_000))
      var largeWithHeader = large
      largeWithHeader.headers = [KafkaHeader("h", "v")]
      let producer = try kafka.producer()
      let results = try await producer.enqueue([
        KafkaProducerMessage("t", "a"), large, KafkaProducerMessage("t", "b"), largeWithHeader,
        KafkaProducerMessage("t", "c"),
      ]).results
      await producer.shutdown()
      let codes = results.map { result -> KafkaErrorCode? in
        if case .failure(let error) = result { error.code } else { nil }
      }
      #expect(codes == [nil, .messageTooLarge, nil, .messageTooLarge, nil])
      #expect(try await kafka.read(3, of: "t").map(\.text) == ["a", "b", "c"])
    }
  }

  @Test("a partition that does not exist fails in the delivery")
  func unknownPartition() async throws {
    try await onEmbeddedKafka(topics: ["t": 1]) { kafka in
      let producer = try kafka.producer()
      try await producer.send(KafkaProducerMessage("t", "a"))
      await #expect(throws: KafkaError.self) {
        try await producer.send(KafkaProducerMessage("t", "b", partition: 5))
      }
      await producer.shutdown()
    }
  }

  @Test("an error that the broker answers a few times is retried until it accepts")
  func retriesBrokerErrors() async throws {
    try await onEmbeddedKafka(topics: ["t": 1]) { kafka in
      let producer = try kafka.producer()
      try await producer.send(KafkaProducerMessage("t", "a"))
      try kafka.failNextRequests(
        ofType: .produce,
        with: .init(repeating: KafkaErrorCode(rawValue: 19), count: 3))  // NOT_ENOUGH_REPLICAS
      try await producer.send(KafkaProducerMessage("t", "b"))
      await producer.shutdown()
      #expect(try await kafka.read(2, of: "t").map(\.text) == ["a", "b"])
    }
  }

  @Test("what was enqueued while the broker was down is delivered when it is up; errors name it")
  func brokerDown() async throws {
    try await onEmbeddedKafka(topics: ["t": 1]) { kafka in
      let errors = Mutex<[KafkaError]>([])
      let producer = try kafka.producer(onError: { error in errors.withLock { $0.append(error) } })
      try await producer.send(KafkaProducerMessage("t", "before"))
      try kafka.setDown()
      let delivery = try await producer.enqueue([KafkaProducerMessage("t", "during")])
      try await poll("an error event") { errors.withLock { !$0.isEmpty } }
      #expect(producer.outstanding == 1)
      try kafka.setUp()
      try await within(.seconds(30), "the delivery") { try await delivery.acknowledged() }
      await producer.shutdown()
      let address = kafka.bootstrapServers
      #expect(errors.withLock { $0.contains { "\($0)".contains(address) } })
      #expect(try await kafka.read(2, of: "t").map(\.text) == ["before", "during"])
    }
  }

  @Test("shutting down without a broker ends by its timeout and fails what waits")
  func shutdownWithoutBroker() async throws {
    let port = try LoopbackPort.free()
    let producer = try KafkaProducer(
      configuration: KafkaProducerConfiguration(
        client: KafkaClientConfiguration(bootstrapServers: ["127.0.0.1:\(port)"])), logger: quiet)
    let delivery = try await producer.enqueue(
      (0..<10).map { KafkaProducerMessage("t", "\($0)") })
    try await within(.seconds(10), "shutdown") {
      await producer.shutdown(timeout: .milliseconds(200))
    }
    let results = try await within(.seconds(10), "the delivery") { await delivery.results }
    #expect(results.allSatisfy { (try? $0.get()) == nil })
    let late = try await producer.enqueue([KafkaProducerMessage("t", "late")]).results
    #expect((try? late[0].get()) == nil)
  }

  @Test("shutting down twice, from two tasks, ends both")
  func shutdownTwice() async throws {
    try await onEmbeddedKafka(topics: ["t": 1]) { kafka in
      let producer = try kafka.producer()
      try await producer.send(KafkaProducerMessage("t", "a"))
      try await within(.seconds(20), "both shutdowns") {
        async let one: Void = producer.shutdown()
        async let two: Void = producer.shutdown()
        _ = await (one, two)
      }
    }
  }
}
