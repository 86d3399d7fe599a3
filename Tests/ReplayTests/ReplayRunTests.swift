import Foundation
import HighlightStore
import HighlightsProtocol
import Kafka
import SwiftProtobuf
import Synchronization
import TestSupport
import Testing

@testable import Replay

@Suite("Replays", .timeLimit(.minutes(5)))
struct ReplayRunTests {
  @Test("the latest message of each key inside the window is published, its payload as it was")
  func latestInWindow() async throws {
    try await ReplayFixture.run { fixture in
      let day: Int64 = 86_400_000
      var messages: [KafkaProducerMessage] = []
      for version in 0..<6 {
        for number in 0..<20 {
          messages.append(try search(number, version: version, at: Int64(version + 10) * day))
        }
      }
      // A field of a later schema.
      messages.append(
        KafkaProducerMessage(
          topic: "queries", key: Array(key(7).utf8), value: [0xFA, 0x3F, 3, 1, 2, 3],
          headers: [KafkaHeader("later", [9])], timestamp: 13 * day + 1))
      try await fixture.send(messages)
      let asked = request {
        $0.filters.since = UnixTime(milliseconds: 11 * day).timestamp
        $0.filters.until = UnixTime(milliseconds: 14 * day).timestamp
        $0.forceRefresh = true
        $0.variant = "v2"
      }
      let preview = try await fixture.runner().preview(
        asked, TokenRule(promptTokens: 100, evidenceTokens: 1_000, outputTokens: 50))
      let job = try await fixture.runner().start(asked)
      let published = try await fixture.read("backfill")
      #expect(job.status == .done && job.counts.published == 20 && job.counts.keys == 20)
      #expect(job.counts.matched == 61 && job.counts.deleted == 0)
      #expect(preview.messages == 20 && preview.outputTokens == 1_000)
      #expect(preview.inputTokens > 20 * 100 && preview.counts.matched == 61)
      let seventh = try #require(published.first { $0.key == Array(key(7).utf8) })
      #expect(seventh.value == [0xFA, 0x3F, 3, 1, 2, 3])
      #expect(
        seventh.headers == [
          KafkaHeader("later", [9]), KafkaHeader("replay_job", job.id),
          KafkaHeader("force_refresh", "true"), KafkaHeader("variant", "v2"),
        ])
      let others = published.filter { $0.key != seventh.key }
      #expect(try ids(others) == (0..<20).filter { $0 != 7 }.map { "\($0)/3" }.sorted())
      for record in published {
        #expect(
          record.partition.partition
            == KafkaPartitioner.partition(forKey: record.key ?? [], count: 3))
      }
      #expect(try await fixture.log.job(job.id) == job)
    }
  }

  @Test("every message is published where that is asked, and what came later is not")
  func every() async throws {
    try await ReplayFixture.run { fixture in
      for version in 0..<5 {
        try await fixture.send((0..<10).map { try search($0, version: version) })
      }
      let job = try await fixture.runner().start(
        request {
          $0.every = true
          $0.batch = 6
        }
      ) { _ in }
      #expect(job.counts.published == 50 && job.counts.read == 50 && job.counts.keys == 0)
      #expect(try await fixture.count("backfill") == 50)
      #expect(job.progress.map(\.nextOffset) == job.ranges.map(\.end).filter { $0 > 0 })
    }
  }

  @Test("a paused replay goes on elsewhere with the same set, and nothing is published twice")
  func pausedAndResumed() async throws {
    try await ReplayFixture.run { fixture in
      try await fixture.send((0..<300).map { try search($0) })
      let asked = request {
        $0.rate = 100
        $0.batch = 20
      }
      let id = Mutex("")
      let first = Task {
        try await fixture.runner().start(asked) { job in id.withLock { $0 = job.id } }
      }
      try await poll("some to be published", limit: .seconds(60)) {
        try await fixture.count("backfill") > 40
      }
      let running = id.withLock { $0 }
      await #expect(throws: ReplayError.self, "somebody works on it") {
        try await fixture.runner().resume(running)
      }
      // What comes after the job was made is none of its business.
      try await fixture.send((300..<350).map { try search($0) })
      let answer = try await fixture.log.ask(.pause, of: running, actor: "bob", reason: "lunch")
      #expect(answer.status == .paused && answer.reason == "bob: lunch")
      #expect(try await first.value.status == .paused)
      let before = try await fixture.count("backfill")
      #expect(before < 300 && answer.counts.published == UInt64(before))
      let job = try await fixture.runner().resume(running)
      #expect(job.status == .done && job.runs == 2 && job.counts.published == 300)
      #expect(try ids(await fixture.read("backfill")) == (0..<300).map { "\($0)/0" }.sorted())
      await #expect(throws: ReplayError.self, "it is done") {
        try await fixture.runner().resume(running)
      }
    }
  }

  @Test(
    "a replay whose process vanished repeats no more than a batch, in whatever order it publishes",
    arguments: [ReplaySpec.Order.unspecified, .traffic])
  func vanished(order: ReplaySpec.Order) async throws {
    try await ReplayFixture.run { fixture in
      // Asked once, twice or three times, and answered long ago, lately or never.
      for version in 0..<3 {
        try await fixture.send(
          (0..<200).filter { $0 % 3 >= version }.map { try search($0, version: version) })
      }
      try await fixture.send(
        (0..<200).filter { $0 % 4 > 1 }.map { try highlight($0, at: $0 % 4 == 2 ? 1 : 2_000_000) })
      let preview = try await fixture.runner().preview(
        request { $0.order = order },
        TokenRule(promptTokens: 1, evidenceTokens: 1_000, outputTokens: 1))
      #expect(preview.messages == 200 && preview.counts.deleted == 0)
      let id = Mutex("")
      // Its producer is taken away: nothing more is acknowledged, and nothing recorded.
      let producer = try KafkaProducer(configuration: .init(client: fixture.client), logger: quiet)
      let log = ReplayJobLog(
        client: fixture.client, producer: producer, topic: "control", logger: quiet)
      let run = ReplayRun(client: fixture.client, producer: producer, log: log, logger: quiet)
      let first = Task {
        try await run.start(
          request {
            $0.rate = 100
            $0.batch = 40
            $0.order = order
          }
        ) { job in id.withLock { $0 = job.id } }
      }
      try await poll("some to be published", limit: .seconds(60)) {
        try await fixture.count("backfill") > 60
      }
      await producer.shutdown(timeout: .zero)
      await #expect(throws: (any Error).self) { try await first.value }
      let before = try await fixture.log.job(id.withLock { $0 })
      #expect(before.status == .running)
      let job = try await fixture.runner(patience: .zero).resume(before.id)
      #expect(job.status == .done)
      let published = try await fixture.read("backfill")
      #expect(Set(try ids(published)) == Set((0..<200).map { "\($0)/\($0 % 3)" }))
      #expect(published.count <= 240)
    }
  }

  @Test("a cancelled replay is finished, and one that nobody works on is cancelled at once")
  func cancelled() async throws {
    try await ReplayFixture.run { fixture in
      try await fixture.send((0..<300).map { try search($0) })
      let id = Mutex("")
      let first = Task {
        try await fixture.runner().start(request { $0.rate = 20 }) { job in
          id.withLock { $0 = job.id }
        }
      }
      try await poll("it to begin", limit: .seconds(60)) { try await fixture.count("backfill") > 0 }
      let answer = try await fixture.log.ask(.pause, of: id.withLock { $0 }, actor: "bob")
      #expect(answer.status == .paused)
      _ = try await first.value
      #expect(try await fixture.log.ask(.cancel, of: answer.id, actor: "bob").status == .cancelled)
      for again in [ReplayCommand.Action.pause, .cancel] {
        await #expect(throws: ReplayError.self) {
          try await fixture.log.ask(again, of: answer.id, actor: "bob")
        }
      }
      await #expect(throws: ReplayError.self) {
        try await fixture.log.ask(.pause, of: "nobody", actor: "bob")
      }
      #expect(try await fixture.log.jobs().map(\.id) == [answer.id])
    }
  }

  @Test("of several that take a job over at once exactly one has it")
  func oneClaim() async throws {
    try await ReplayFixture.run { fixture in
      try await fixture.send([try search(1)])
      var (state, _) = try await request().job(
        id: "j", client: fixture.client, now: .now, logger: quiet)
      state.status = .paused
      try await fixture.log.write(state)
      let winners = await withTaskGroup(of: Bool.self) { group in
        for number in 0..<5 {
          group.addTask {
            let claimed = try? await fixture.log.claim(
              "j", runner: "runner-\(number)", patience: .seconds(30), now: .now)
            return claimed != nil
          }
        }
        return await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
      }
      #expect(winners == 1)
    }
  }

  @Test("no more is published than the readers of the target have room for")
  func maxInFlight() async throws {
    try await ReplayFixture.run { fixture in
      try await fixture.send((0..<100).map { try search($0) })
      let reports = Mutex<[ReplayProgressReport]>([])
      let run = ReplayRun(
        client: fixture.client, producer: fixture.producer, log: fixture.log,
        lagGroup: "workers.owned", logger: quiet,
        onProgress: { report in reports.withLock { $0.append(report) } })
      let replay = Task { try await run.start(request { $0.maxInFlight = 30 }) }
      try await poll("it to wait", limit: .seconds(60)) {
        reports.withLock { $0.last?.isWaiting ?? false }
      }
      #expect(try await fixture.count("backfill") == 30)
      let reader = try KafkaConsumer(
        configuration: .init(client: fixture.client, groupID: "workers.owned"), logger: quiet)
      while try await fixture.count("backfill") < 100 {
        let ends = try await TopicRanges(client: fixture.client, logger: quiet).whole("backfill")
        try await reader.commit(
          ends.map {
            CommittedOffset(
              partition: TopicPartition(topic: "backfill", partition: $0), offset: $1.upperBound)
          })
        try await Task.sleep(for: .milliseconds(100))
      }
      await reader.close()
      #expect(try await replay.value.status == .done)
    }
  }
}
