import HighlightsProtocol
import Kafka
import KafkaWorker
import Synchronization
import TestSupport
import Testing

@testable import DeadLetters

/// Dies of everything until its cause is mended; keeps what it was given, and how often it was tried before.
private final class Handler: WorkerHandler {
  let isMended = Mutex(false)
  let handled = Mutex<[(record: KafkaRecord, attempt: Int)]>([])

  func handle(_ records: [KafkaRecord], _ context: WorkContext) async throws -> WorkResult {
    guard isMended.withLock({ $0 }) else {
      throw WorkFailure(
        .retry, reason: "no_prompt", detail: "none is configured",
        headers: [KafkaHeader(HeaderName.spent, "1;10;0;")])
    }
    handled.withLock { $0 += records.map { ($0, context.attempt) } }
    return WorkResult()
  }
}

@Suite(
  "Redrive to a worker", .serialized,
  .enabled(if: NoidaBroker.isInstalled, "\(NoidaBroker.howToInstall)"))
struct WorkerRedriveTests {
  @Test("what a worker buried comes back as it was, tried never before, whatever it holds")
  func roundTrip() async throws {
    try await Bench.run { bench in
      var configuration = KafkaWorkerConfiguration(
        consumer: KafkaConsumerConfiguration(client: bench.client, groupID: "g"), topics: ["q"])
      configuration.consumer.groupInstanceID = "a"
      configuration.consumer.assignor = .range
      configuration.deadLetterTopic = "q.dead"
      configuration.attempts = 2
      configuration.backoff = .milliseconds(1)
      let handler = Handler()
      let producer = try KafkaProducer(configuration: .init(client: bench.client), logger: quiet)
      let worker = try KafkaWorker(
        configuration: configuration, handler: handler, producer: producer, logger: quiet)
      let running = Task { try await worker.run() }

      // Fields that no version knows yet, bytes that are no message at all, and no value.
      let later = query("later") + [0xB0, 0x09, 0x2A]
      let own = [KafkaHeader("own", [0, 255]), KafkaHeader(HeaderName.eventID, "e")]
      let sent: [[UInt8]?] = [later, [0xFF, 0x00, 0xFE], nil]
      try await bench.publish(
        sent.enumerated().map { index, value in
          KafkaProducerMessage(
            topic: "q", key: Array("key \(index)".utf8), value: value, headers: own)
        })
      try await poll("all to be buried") {
        try await bench.topic.list(LetterFilter()).count == sent.count
      }
      let list = try await bench.topic.list(LetterFilter())
      #expect(list.groups.map(\.reason) == ["no_prompt"] && list.groups.map(\.topic) == ["q"])
      handler.isMended.withLock { $0 = true }
      #expect(try await bench.redrive().run().redriven == sent.count)
      try await poll("all to come back") { handler.handled.withLock { $0.count } == sent.count }
      running.cancel()
      _ = await running.result
      await producer.shutdown()

      for (record, attempt) in handler.handled.withLock({ $0 }) {
        let index = try #require(Int(String(decoding: record.key ?? [], as: UTF8.self).suffix(1)))
        #expect(record.value == sent[index])
        #expect(attempt == 0)
        #expect(record.headers.map(\.name) == ["own", "ce_id", RedriveMark.from, RedriveMark.at])
        #expect(record.headers.prefix(2) == own[...])
      }
    }
  }
}
