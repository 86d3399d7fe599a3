import Control
import HighlightsProtocol
import Kafka
import Synchronization
import TestSupport
import Testing

@Suite("Control topic")
struct ControlTests {
  private static func withTopic(
    _ body: (KafkaClientConfiguration, KafkaProducer) async throws -> Void
  ) async throws {
    let kafka = try EmbeddedKafka()
    defer { kafka.shutdown() }
    try kafka.createTopic("control", partitions: 2)
    let producer = try KafkaProducer(configuration: .init(client: kafka.clientConfiguration))
    let result: Result<Void, any Error>
    do { result = .success(try await body(kafka.clientConfiguration, producer)) } catch {
      result = .failure(error)
    }
    await producer.shutdown(timeout: .seconds(5))
    try result.get()
  }

  /// The lanes paused, as told time after time.
  private final class States: Sendable {
    private let states = Mutex<[[String: String]]>([])
    var all: [[String: String]] { states.withLock { $0 } }
    func add(_ state: ControlState) { states.withLock { $0.append(state.pausedLanes) } }
  }

  @Test("a reader speaks first when it knows all that stood there, then at each change")
  func follows() async throws {
    try await Self.withTopic { client, producer in
      let writer = ControlWriter(producer: producer, topic: "control")
      try await writer.setPaused(true, lanes: ["queries", "backfill"], reason: "too dear")
      try await writer.setPaused(false, lanes: ["backfill"], reason: "")
      // Somebody else's, and damaged ones: neither may take away what is known.
      try await producer.send([
        KafkaProducerMessage(topic: "control", key: Array("variant".utf8), value: [1]),
        KafkaProducerMessage(topic: "control", key: Array("lane/queries".utf8), value: [0xFF]),
      ])
      let states = States()
      let reader = ControlReader(client: client, topic: "control") { states.add($0) }
      let reading = Task { try await reader.run() }
      try await poll("the first word", limit: .seconds(120)) { !states.all.isEmpty }
      #expect(states.all == [["queries": "too dear"]])
      try await writer.setPaused(false, lanes: ["queries"], reason: "")
      try await poll("the change", limit: .seconds(120)) { states.all.count == 2 }
      #expect(states.all.last == [:])
      reading.cancel()
      try await reading.value
    }
  }

  @Test("every kind of switch reaches a reader, and only what changes something is told of")
  func kinds() async throws {
    try await Self.withTopic { client, producer in
      let writer = ControlWriter(producer: producer, topic: "control")
      let states = Whole()
      let reader = ControlReader(client: client, topic: "control") { states.add($0) }
      let reading = Task { try await reader.run() }
      try await poll("the first word", limit: .seconds(120)) { states.all.count == 1 }
      try await writer.useVariant("v2", reason: "better", actor: "ada")
      try await poll("the variant", limit: .seconds(120)) { states.all.last?.liveVariant == "v2" }
      try await writer.setWithdrawal(
        key: "k", epoch: 3, reason: "wrong", actor: "ada", at: UnixTime(milliseconds: 5))
      try await poll("the withdrawal", limit: .seconds(120)) {
        states.all.last?.isWithdrawn(key: "k") == true
      }
      // Somebody who had not heard of epoch 3.
      try await writer.setWithdrawal(key: "k", epoch: 2, reason: "late", actor: "bob")
      try await writer.setVideo(id: "v-1", withdrawn: true, reason: "asked to", actor: "ada")
      try await poll("the video", limit: .seconds(120)) {
        states.all.last?.withdrawnVideos == ["v-1"]
      }
      let last = try #require(states.all.last)
      #expect(
        last.withdrawals == ["k": Withdrawal(epoch: 3, changedAt: UnixTime(milliseconds: 5))])
      #expect(last.variantSwitch?.reason == "better" && last.variantSwitch?.actor == "ada")
      #expect(states.all.count == 4, "the first word and three changes")
      reading.cancel()
      try await reading.value
    }
  }

  @Test("what stands in the topic can be asked for once")
  func once() async throws {
    try await Self.withTopic { client, producer in
      let writer = ControlWriter(producer: producer, topic: "control")
      #expect(try await ControlReader.state(client: client, topic: "control") == ControlState())
      try await writer.setWithdrawals(["k": 1, "l": 2], reason: "video_withdrawn", actor: "ada")
      try await writer.setVideo(id: "v-1", withdrawn: true, reason: "asked to", actor: "ada")
      try await writer.setVideo(id: "v-1", withdrawn: false, reason: "", actor: "ada")
      let state = try await ControlReader.state(
        client: client, topic: "control", limit: .seconds(120))
      #expect(state.withdrawals.mapValues(\.epoch) == ["k": 1, "l": 2])
      #expect(state.withdrawnVideos.isEmpty && state.withdrawnHighlights == 1)
    }
    let nowhere = KafkaClientConfiguration(
      bootstrapServers: ["127.0.0.1:\(try LoopbackPort.free())"])
    await #expect(throws: ControlUnread.self) {
      try await ControlReader.state(
        client: nowhere, topic: "control", limit: .milliseconds(50))
    }
  }

  /// All that was told, time after time.
  private final class Whole: Sendable {
    private let states = Mutex<[ControlState]>([])
    var all: [ControlState] { states.withLock { $0 } }
    func add(_ state: ControlState) { states.withLock { $0.append(state) } }
  }

  @Test("an empty topic means that nothing is paused; one that cannot be read means nothing yet")
  func empty() async throws {
    try await Self.withTopic { client, _ in
      let states = States()
      let reader = ControlReader(client: client, topic: "control") { states.add($0) }
      let reading = Task { try await reader.run() }
      try await poll("the first word", limit: .seconds(120)) { states.all == [[:]] }
      reading.cancel()
      try await reading.value

      let nowhere = KafkaClientConfiguration(
        bootstrapServers: ["127.0.0.1:\(try LoopbackPort.free())"])
      let lost = ControlReader(client: nowhere, topic: "control") { states.add($0) }
      let waiting = Task { try await lost.run() }
      waiting.cancel()
      try await within(.seconds(20), "its end") { try await waiting.value }
      #expect(states.all == [[:]])
    }
  }
}
