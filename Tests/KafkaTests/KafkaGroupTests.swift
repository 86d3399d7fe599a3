import Kafka
import Synchronization
import TestSupport
import Testing

/// A member that accepts, reads and gives up as deferred rebalancing asks, and commits what it has read
/// before it gives a partition up.
private final class Member: Sendable {
  struct Record {
    var seen: Set<String> = []
    var owned: Set<TopicPartition> = []
    var revocations = 0
    var failure: (any Error)?
  }

  let consumer: KafkaConsumer
  let record = Mutex(Record())

  init(_ consumer: KafkaConsumer) { self.consumer = consumer }

  func run() async {
    var next: [TopicPartition: Int64] = [:]
    do {
      while let event = await consumer.next() {
        switch event {
        case .assigned(let partitions):
          try await consumer.accept(partitions.map { ($0, .committed) })
          record.withLock { $0.owned.formUnion(partitions) }
        case .revoked(let partitions, let lost):
          let offsets = partitions.compactMap { partition in
            next.removeValue(forKey: partition).map {
              CommittedOffset(partition: partition, offset: $0)
            }
          }
          // A commit that is refused costs a second reading and may not keep the partition.
          if !lost { _ = await consumer.commit { offsets } }
          record.withLock {
            $0.owned.subtract(partitions)
            $0.revocations += 1
          }
          try await consumer.giveUp(partitions)
        case .messages(let batch):
          for message in batch { next[message.partition] = message.offset + 1 }
          record.withLock { $0.seen.formUnion(batch.compactMap { $0.copy().text }) }
        case .partitionFailed(_, let error): throw error
        case .failed(let error, let fatal): if fatal { throw error }
        }
      }
    } catch KafkaError.closed {
      // Closing gave the partitions up already.
    } catch { record.withLock { $0.failure = error } }
  }
}

@Suite("Consumer group", .serialized) struct KafkaGroupTests {
  typealias Assignor = KafkaConsumerConfiguration.Assignor

  @Test(
    "a second member takes half of the partitions and no message is lost",
    arguments: Assignor.allCases)
  func partitionsMove(assignor: Assignor) async throws {
    try await onEmbeddedKafka(topics: ["t": 4]) { kafka in
      func member() throws -> Member {
        Member(
          try kafka.consumer {
            $0.assignor = assignor
            $0.rebalancing = .deferred
            $0.sessionTimeout = .seconds(6)
          })
      }
      let (first, second) = (try member(), try member())
      try await withThrowingDiscardingTaskGroup { group in
        // Whatever fails here, the members end, and with them the group of tasks.
        defer {
          group.addTask {
            await first.consumer.close()
            await second.consumer.close()
          }
        }
        group.addTask { await first.run() }
        try await first.consumer.subscribe(to: ["t"])
        try await poll("the first member's partitions") {
          first.record.withLock { $0.owned.count == 4 }
        }
        group.addTask { await second.run() }
        try await second.consumer.subscribe(to: ["t"])
        let producer = try kafka.producer()
        var sent = 0
        try await poll("both members to hold two partitions", limit: .seconds(60)) {
          try await producer.send(
            (sent..<sent + 40).map { KafkaProducerMessage("t", "\($0)", partition: Int32($0 % 4)) })
          sent += 40
          return first.record.withLock { $0.owned.count == 2 }
            && second.record.withLock { $0.owned.count == 2 }
        }
        try await producer.send(
          (sent..<sent + 40).map { KafkaProducerMessage("t", "\($0)", partition: Int32($0 % 4)) })
        sent += 40
        await producer.shutdown()
        let all = Set((0..<sent).map { "\($0)" })
        try await poll("every message to be read") {
          first.record.withLock(\.seen).union(second.record.withLock(\.seen)) == all
        }
        #expect(first.record.withLock(\.revocations) >= 1)
        #expect(second.record.withLock { !$0.seen.isEmpty })
      }
      for member in [first, second] { #expect(member.record.withLock { $0.failure == nil }) }
    }
  }

  @Test("closing while a deferred revocation is unanswered ends", arguments: Assignor.allCases)
  func closeDuringRevocation(assignor: Assignor) async throws {
    try await onEmbeddedKafka(topics: ["t": 2]) { kafka in
      func consumer() throws -> KafkaConsumer {
        try kafka.consumer {
          $0.assignor = assignor
          $0.rebalancing = .deferred
          // The embedded broker ends a rebalance a second before this, whoever has joined.
          $0.sessionTimeout = .seconds(6)
        }
      }
      let (first, second) = (try consumer(), try consumer())
      try await first.subscribe(to: ["t"])
      try await first.accept(try await first.assigned().map { ($0, .committed) })
      try await second.subscribe(to: ["t"])
      _ = try await first.revoked()
      // The embedded broker lets one rebalance after another run to its timeout; what counts is that it ends.
      try await within(.seconds(60), "closing the first member") { await first.close() }
      // What the first left is the second's now.
      try await poll("the second to hold both") {
        let partitions = try await second.assigned()
        try await second.accept(partitions.map { ($0, .committed) })
        return partitions.count == 2
      }
      try await within(.seconds(60), "closing the second member") { await second.close() }
    }
  }

  @Test("closing while a deferred assignment is unanswered ends", arguments: Assignor.allCases)
  func closeDuringAssignment(assignor: Assignor) async throws {
    try await onEmbeddedKafka(topics: ["t": 2]) { kafka in
      let consumer = try kafka.consumer {
        $0.assignor = assignor
        $0.rebalancing = .deferred
      }
      try await consumer.subscribe(to: ["t"])
      _ = try await consumer.assigned()
      try await within(.seconds(60), "closing") { await consumer.close() }
    }
  }

  @Test("closing a member that never joined, since there is no broker, ends")
  func closeWithoutBroker() async throws {
    let port = try LoopbackPort.free()
    let consumer = try KafkaConsumer(
      configuration: KafkaConsumerConfiguration(
        client: KafkaClientConfiguration(bootstrapServers: ["127.0.0.1:\(port)"]), groupID: "g"),
      logger: quiet)
    try await consumer.subscribe(to: ["t"])
    let error = try await consumer.first("an error event") { event in
      if case .failed(let error, _) = event { error } else { nil }
    }
    #expect("\(error)".contains("127.0.0.1:\(port)"))
    try await within(.seconds(60), "closing") { await consumer.close() }
    await #expect(throws: KafkaError.closed("consumer")) { try await consumer.subscribe(to: ["t"]) }
    await #expect(throws: KafkaError.closed("consumer")) {
      try await consumer.commit([
        CommittedOffset(partition: TopicPartition(topic: "t", partition: 0), offset: 1)
      ])
    }
  }

  @Test("closing while the broker is down, with partitions held, ends")
  func closeWhileBrokerIsDown() async throws {
    try await onEmbeddedKafka(topics: ["t": 2]) { kafka in
      let consumer = try kafka.consumer { $0.rebalancing = .deferred }
      try await consumer.subscribe(to: ["t"])
      try await consumer.accept(try await consumer.assigned().map { ($0, .committed) })
      try kafka.setDown()
      try await within(.seconds(30), "closing") { await consumer.close() }
    }
  }

  @Test("a commit asked for while closing is refused, whenever it comes", arguments: 0..<6)
  func commitWhileClosing(round: Int) async throws {
    try await onEmbeddedKafka(topics: ["t": 1]) { kafka in
      let consumer = try kafka.consumer()
      let partition = TopicPartition(topic: "t", partition: 0)
      try await consumer.assign([(partition, .beginning)])
      let offsets = [CommittedOffset(partition: partition, offset: 1)]
      try await consumer.commit(offsets)
      try await within(.seconds(60), "closing under commits") {
        async let closed: Void = consumer.close()
        await #expect(throws: KafkaError.closed("consumer")) {
          while true { try await consumer.commit(offsets) }
        }
        await closed
      }
    }
  }

  @Test("closing twice, from two tasks, ends both")
  func closeTwice() async throws {
    try await onEmbeddedKafka(topics: ["t": 1]) { kafka in
      let consumer = try kafka.consumer()
      try await within(.seconds(20), "both") {
        async let one: Void = consumer.close()
        async let two: Void = consumer.close()
        _ = await (one, two)
      }
    }
  }
}
