import HighlightsProtocol
import Kafka
import Logging
import LookupService
import ServiceLifecycle
import Synchronization
import TestSupport
import Testing

@testable import HighlightsCommand
@testable import KafkaWorker

@Suite("Statuses of workers, from reporter to feed")
struct FleetTopicTests {
  private static func withTopics(
    _ body: (EmbeddedKafka, KafkaProducer) async throws -> Void
  ) async throws {
    let kafka = try EmbeddedKafka()
    defer { kafka.shutdown() }
    try kafka.createTopic("workers", partitions: 1)
    try kafka.createTopic("queries", partitions: 2)
    try kafka.createTopic("dead", partitions: 1)
    let producer = try KafkaProducer(configuration: .init(client: kafka.clientConfiguration))
    let result: Result<Void, any Error>
    do { result = .success(try await body(kafka, producer)) } catch { result = .failure(error) }
    await producer.shutdown(timeout: .seconds(5))
    try result.get()
  }

  private static func reporter(
    _ producer: KafkaProducer, topic: String = "workers",
    figures: @escaping @Sendable () -> FleetFigures = { FleetFigures(report: report(0)) },
    say: @escaping @Sendable (String) -> Void = { _ in }
  ) -> FleetReporter {
    FleetReporter(
      topic: topic, producer: producer,
      writer: StatusWriter(
        .init(worker: "w", role: "summarize", startedAt: UnixTime(milliseconds: 0)),
        FleetBounds(queries: "queries", inFlight: 10, inFlightPerPartition: 6)),
      interval: .milliseconds(50), figures: figures, say: say)
  }

  private static func report(_ inFlight: Int) -> WorkerReport {
    .init(
      partitions: [], inFlight: inFlight, abandonedHandlers: 0, held: nil, suspended: false)
  }

  private static func tail(
    _ client: KafkaClientConfiguration, _ feed: FleetFeed,
    onStatus: @escaping @Sendable (WorkerStatus) -> Void = { _ in }
  ) -> FleetTail {
    FleetTail(
      client: client,
      topics: .init(workers: "workers", dead: "dead", groups: [(group: "g", topics: ["queries"])]),
      feed: feed, onStatus: onStatus, interval: .milliseconds(50))
  }

  @Test("what a reporter publishes a tail tells the feed, the last word included")
  func endToEnd() async throws {
    try await Self.withTopics { kafka, producer in
      let feed = FleetFeed(queries: "queries")
      let heard = Mutex<Set<String>>([])
      let tail = Self.tail(kafka.clientConfiguration, feed) { status in
        heard.withLock { _ = $0.insert(status.worker) }
      }
      let tailing = Task { try await tail.run() }
      let inFlight = Mutex(1)
      let group = ServiceGroup(
        services: [
          Self.reporter(producer) {
            FleetFigures(report: Self.report(inFlight.withLock { $0 }))
          }
        ], logger: .init(label: "fleet"))
      let reporting = Task { try await group.run() }
      try await poll("the worker", limit: .seconds(60)) {
        feed.snapshot().workers.first?.inFlight == 1
      }
      inFlight.withLock { $0 = 7 }
      await group.triggerGracefulShutdown()
      try await within(.seconds(20), "the reporter's end") { try await reporting.value }
      try await poll("the last word") { feed.snapshot().workers.first?.inFlight == 7 }
      #expect(heard.withLock { $0 } == ["w"])
      tailing.cancel()
      try await within(.seconds(20), "the tail's end") { try await tailing.value }
    }
  }

  @Test("lags and dead letters are asked for, and what cannot be asked is unknown, not fatal")
  func offsets() async throws {
    try await Self.withTopics { kafka, producer in
      for partition: Int32 in [0, 0, 1] {
        try await producer.send(
          KafkaProducerMessage(topic: "queries", partition: partition, value: [1]))
      }
      try await producer.send(KafkaProducerMessage(topic: "dead", value: [1]))
      let consumer = try KafkaConsumer(
        configuration: .init(client: kafka.clientConfiguration, groupID: "g"))
      let place = TopicPartition(topic: "queries", partition: 0)
      try await consumer.assign([(place, .beginning)])
      try await consumer.commit([CommittedOffset(partition: place, offset: 1)])
      await consumer.close()
      // A stranger's message must not end the tail.
      try await producer.send(KafkaProducerMessage(topic: "workers", value: [0xFF]))
      let feed = FleetFeed(queries: "queries")
      let tailing = Task { try await Self.tail(kafka.clientConfiguration, feed).run() }
      try await poll("the lags", limit: .seconds(60)) {
        feed.snapshot().partitions.map(\.lag) == [1, 1]
      }
      try await poll("the dead letters") {
        feed.snapshot().deadLetters.topics.map(\.count) == [1]
      }
      tailing.cancel()
      try await within(.seconds(20), "the tail's end") { try await tailing.value }

      let lost = FleetFeed(queries: "queries")
      let nowhere = KafkaClientConfiguration(
        bootstrapServers: ["127.0.0.1:\(try LoopbackPort.free())"])
      let waiting = Task { try await Self.tail(nowhere, lost).run() }
      try await poll("the failures", limit: .seconds(60)) {
        let unknown = lost.snapshot().sources.filter { $0.unknownSince != nil }.map(\.source)
        return unknown.contains(.workers) && unknown.contains(.lags)
      }
      waiting.cancel()
      try await within(.seconds(60), "its end") { try await waiting.value }
    }
  }

  @Test("a broker that takes nothing is said once, and neither fails nor delays the worker's end")
  func failing() async throws {
    var configuration = KafkaProducerConfiguration(
      client: .init(bootstrapServers: ["127.0.0.1:\(try LoopbackPort.free())"]))
    configuration.deliveryTimeout = .milliseconds(200)
    let producer = try KafkaProducer(configuration: configuration)
    let said = Mutex<[String]>([])
    let asked = Mutex(0)
    let reporter = Self.reporter(
      producer,
      figures: {
        asked.withLock { $0 += 1 }
        return FleetFigures(report: Self.report(0))
      },
      say: { line in said.withLock { $0.append(line) } })
    let group = ServiceGroup(services: [reporter], logger: .init(label: "fleet"))
    let reporting = Task { try await group.run() }
    try await poll("three tries", limit: .seconds(60)) { asked.withLock { $0 >= 3 } }
    #expect(producer.outstanding <= 1, "one at a time")
    await group.triggerGracefulShutdown()
    try await within(.seconds(20), "its end") { try await reporting.value }
    #expect(said.withLock { $0.count } == 1)
    #expect(said.withLock { $0.first ?? "" }.hasPrefix("workers takes no word of this worker"))
    await producer.shutdown(timeout: .seconds(1))
  }
}
