import Foundation
import HighlightStore
import Highlights
import HighlightsProtocol
import Kafka
import SwiftProtobuf
import TestSupport
import Testing

@testable import Replay

@Suite("What a replay is about", .timeLimit(.minutes(5)))
struct SelectionTests {
  private static func published(
    _ fixture: ReplayFixture, _ asked: ReplayRequest
  ) async throws -> [String] {
    let before = try await fixture.count("backfill")
    let job = try await fixture.runner().start(asked)
    #expect(job.status == .done)
    let all = try await fixture.read("backfill").filter { $0.headers.text("replay_job") == job.id }
    #expect(try await fixture.count("backfill") - before == all.count)
    return try ids(all)
  }

  @Test("messages are found by locale, text, header and key, and where nothing matches it says 0")
  func filters() async throws {
    try await ReplayFixture.run { fixture in
      try await fixture.send([
        try search(1, text: "Ramen in Kyōto", locale: "en-US"),
        try search(2, text: "ramen broth", locale: "de"),
        try search(3, text: "soup", locale: "en-us", headers: [KafkaHeader("source", "app")]),
        // Not a search.
        KafkaProducerMessage(topic: "queries", key: Array(key(4).utf8), value: [0xFF]),
      ])
      #expect(
        try await Self.published(fixture, request { $0.filters.locale = "EN-us" }) == [
          "1/0", "3/0",
        ])
      #expect(
        try await Self.published(fixture, request { $0.filters.text = "RAMEN" }) == ["1/0", "2/0"])
      var header = ReplayHeaderFilter()
      (header.name, header.value) = ("source", "app")
      #expect(
        try await Self.published(fixture, request { $0.filters.headers = [header] }) == ["3/0"])
      var asked = request()
      asked.keys = [key(2), key(3), key(99)]
      #expect(try await Self.published(fixture, asked) == ["2/0", "3/0"])
      #expect(try await Self.published(fixture, request { $0.filters.text = "nowhere" }) == [])
    }
  }

  @Test("a message under no highlight key counts by the search inside")
  func keyless() async throws {
    try await ReplayFixture.run { fixture in
      var old = try search(1, text: "Noodles ", version: 1)
      old.key = nil
      old.partition = 0
      var new = try search(1, text: "noodles", version: 2)
      new.key = Array("mine".utf8)
      new.partition = 0
      try await fixture.send([old, new])
      let job = try await fixture.runner().start(request())
      let records = try await fixture.read("backfill")
      #expect(job.counts.keys == 1 && job.counts.unreadable == 0)
      #expect(try ids(records) == ["1/2"] && records[0].key == Array("mine".utf8))
    }
  }

  @Test("offsets bound what is read, and what is there no more is passed over")
  func offsets() async throws {
    try await ReplayFixture.run { fixture in
      try await fixture.send(
        (0..<10).map {
          var message = try search($0)
          message.partition = Int32($0 % 2)
          return message
        })
      var asked = request()
      asked.offsets = try OffsetSpan.all("0:1-3,1:4-")
      #expect(try await Self.published(fixture, asked) == ["2/0", "4/0", "9/0"])
      asked.offsets = try OffsetSpan.all("2")
      #expect(try await Self.published(fixture, asked) == [])
    }
  }

  @Test("messages are found by the highlight that their key has")
  func byHighlight() async throws {
    try await ReplayFixture.run { fixture in
      try await fixture.send((1...5).map { try search($0) })
      try await fixture.send([
        try highlight(1, prompt: "p1", at: 100),
        try highlight(2, prompt: "p2", model: "m2", at: 200),
        try highlight(3, .noAnswer, prompt: "p1", at: 300), try highlight(4, at: 50),
        try highlight(4, prompt: "p2", at: 400),
      ])
      func found(_ change: (inout ReplayFilters) -> Void) async throws -> [String] {
        try await Self.published(fixture, request { change(&$0.filters) })
      }
      #expect(try await found { $0.outcome = "no_answer" } == ["3/0"])
      #expect(try await found { $0.outcome = "none" } == ["5/0"])
      #expect(try await found { $0.promptVersion = "p2" } == ["2/0", "4/0"])
      #expect(try await found { $0.model = "m2" } == ["2/0"])
      #expect(
        try await found { $0.olderThan = Google_Protobuf_Timestamp(seconds: 300) } == [
          "1/0", "2/0",
        ])
    }
  }

  @Test("of a highlight that was written anew, and compacted, a resumed replay asks no more")
  func renewed() throws {
    var facts = HighlightFacts()
    let digests = (0...2).map { KeyDigest(key($0).utf8)! }
    var old = Highlight()
    old.status = .answered
    facts.add(key: digests[0], old, isWithin: true)
    facts.add(key: digests[0], old, isWithin: false)
    facts.add(key: digests[1], old, isWithin: false)
    guard case .fact = facts.known(of: digests[0]) else {
      Issue.record("what counts is there still")
      return
    }
    #expect(facts.known(of: digests[1]) == .renewed)
    #expect(facts.known(of: digests[2]) == .none)
  }

  @Test("what is asked most often and was written longest ago comes first")
  func traffic() async throws {
    try await ReplayFixture.run { fixture in
      let now = Int64(Date().timeIntervalSince1970)
      for (number, count) in [(1, 5), (2, 1), (3, 1), (4, 2)] {
        try await fixture.send(
          (0..<count).map {
            var message = try search(number, version: $0)
            message.partition = 0
            return message
          })
      }
      // 5 x 100 s, 1 x 10000 s, never written, 2 x 1000 s.
      try await fixture.send([
        try highlight(1, at: now - 100), try highlight(2, at: now - 10_000),
        try highlight(4, at: now - 1_000),
      ])
      let reached = try await fixture.runner().start(
        request {
          $0.order = .traffic
          $0.batch = 2
        })
      let order = try await fixture.read("backfill")
      // All of one partition would tell the order; keys spread them, so the places do.
      #expect(try ids(order) == ["1/4", "2/0", "3/0", "4/1"])
      #expect(reached.place.offset == 4, "the first key is the last")
    }
  }

  @Test("dead letters go back as they were, and those that were cut stay")
  func deadLetters() async throws {
    try await ReplayFixture.run { fixture in
      try await fixture.send([
        try search(1, topic: "dead", headers: [KafkaHeader("kafka_dlt-original-topic", "queries")]),
        try search(2, topic: "dead", headers: [KafkaHeader("truncated-from", "9000000")]),
      ])
      let job = try await fixture.runner().start(
        request {
          $0.source = .deadLetters
          $0.topic = "dead"
        })
      let records = try await fixture.read("backfill")
      #expect(try ids(records) == ["1/0"] && records[0].headers.map(\.name) == ["replay_job"])
      #expect(job.counts.truncated == 1 && job.counts.published == 1)
    }
  }

  @Test("highlights are written to a store, and nothing is published")
  func store() async throws {
    try await ReplayFixture.run { fixture in
      let path = FileManager.default.temporaryDirectory
        .appendingPathComponent("replay-\(UUID().uuidString).sqlite").path
      defer { try? FileManager.default.removeItem(atPath: path) }
      let store = try SQLiteHighlightStore(path: path)
      try await fixture.send([
        try highlight(1, at: 100), try highlight(1, .noAnswer, at: 200), try highlight(2, at: 100),
        KafkaProducerMessage(topic: "highlights", key: Array(key(3).utf8), value: [0xFF]),
      ])
      let run = ReplayRun(
        client: fixture.client, producer: fixture.producer, log: fixture.log, store: store,
        logger: quiet)
      let job = try await run.start(
        request {
          $0.source = .highlights
          $0.topic = "highlights"
          $0.target = ""
          $0.store = path
        })
      #expect(job.counts.published == 2 && job.counts.unreadable == 1)
      #expect(try await store.highlight(forKey: key(1))?.status == .noAnswer)
      #expect(try await store.count() == 2)
      try await store.close()
    }
  }

  @Test(
    "a topic that is not there is missed, and a broker's offsets by time are used as they are",
    .enabled(if: NoidaBroker.isInstalled, "\(NoidaBroker.howToInstall)"))
  func onBroker() async throws {
    try await NoidaBroker.run { broker in
      let client = KafkaClientConfiguration(bootstrapServers: [broker.bootstrapServers])
      let admin = try KafkaAdmin(configuration: client, logger: quiet)
      _ = try await admin.createTopics(
        ["queries", "backfill", "control"].map { KafkaNewTopic(name: $0, partitions: 1) })
      await admin.close()
      let producer = try KafkaProducer(configuration: .init(client: client), logger: quiet)
      let log = ReplayJobLog(client: client, producer: producer, topic: "control", logger: quiet)
      let fixture = ReplayFixture(client: client, producer: producer, log: log)
      // Not in the order of their times.
      for (number, age) in [5_000, 90_000, 20_000, 1_000, 60_000].enumerated() {
        let time = UnixTime.now.milliseconds - Int64(age * 1_000)
        try await fixture.send([try search(number, at: time)])
      }
      let since = UnixTime.now.advanced(byMilliseconds: -30_000_000)
      let inTime = request { $0.filters.since = since.timestamp }
      #expect(try await Self.published(fixture, inTime) == ["0/0", "2/0", "3/0"])
      for asked in [request { $0.topic = "nowhere" }, request { $0.target = "nowhere" }] {
        await #expect {
          try await fixture.runner().start(asked)
        } throws: { error in
          if case ReplayError.topicMissing("nowhere") = error { true } else { false }
        }
      }
      await producer.shutdown(timeout: .seconds(5))
    }
  }

  @Test("what cannot be is refused before anything is made")
  func refusals() async throws {
    try await ReplayFixture.run { fixture in
      try await fixture.send([try search(1)])
      let now = UnixTime.now
      func at(_ seconds: Int64) -> Google_Protobuf_Timestamp {
        now.advanced(byMilliseconds: seconds * 1_000).timestamp
      }
      var asked: [ReplayRequest] = [
        request { $0.filters.since = at(60) },
        request {
          $0.filters.since = at(-60)
          $0.filters.until = at(-120)
        },
        request {
          $0.filters.since = at(-60)
          $0.filters.until = at(-60)
        },
        request { $0.target = "queries" },
        request { $0.filters.outcome = "splendid" },
        request { $0.filters.locale = "no such tag" },
        request { $0.rate = -1 },
        request { $0.batch = 1 },
        request { $0.source = .highlights },
        request {
          $0.order = .traffic
          $0.every = true
        },
      ]
      for text in ["7:0-5", "0:999-"] {
        var one = request()
        one.offsets = try OffsetSpan.all(text)
        asked.append(one)
      }
      for keys in [[], ["short"]] {
        var one = request()
        one.keys = keys
        asked.append(one)
      }
      for (index, one) in asked.enumerated() {
        await #expect(throws: ReplayError.self, "\(index)") {
          try await fixture.runner().start(one)
        }
      }
      #expect(try await fixture.log.jobs().isEmpty)
      #expect(try await fixture.count("backfill") == 0)
    }
  }
}
