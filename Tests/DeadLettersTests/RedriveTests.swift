import Foundation
import HighlightsProtocol
import Kafka
import KafkaWorker
import SwiftProtobuf
import Synchronization
import TestSupport
import Testing

@testable import DeadLetters

@Suite(
  "Redrive", .serialized, .enabled(if: NoidaBroker.isInstalled, "\(NoidaBroker.howToInstall)"))
struct RedriveTests {
  private let texts = (0..<30).map { "search \($0)" }

  @Test("dead letters go back to where they came from, each once, and stay where they are")
  func everythingOnce() async throws {
    try await Bench.run { bench in
      try await bench.bury(texts) { burial(topic: $0.hasSuffix("7") ? "q.backfill" : "q") }
      let dry = try await bench.redrive().dryRun()
      #expect((dry.matched, dry.chosen, dry.redriven) == (30, 30, 0))
      #expect(try await bench.everything(in: "q").isEmpty)

      let told = Mutex<[Int]>([])
      let counts = try await bench.redrive { $0.batch = 7 }.run { counts in
        told.withLock { $0.append(counts.redriven) }
      }
      #expect((counts.chosen, counts.redriven, counts.vanished) == (dry.chosen, 30, 0))
      #expect(told.withLock { $0 } == told.withLock { $0.sorted() })
      let published = try await bench.everything(in: "q")
      let backfill = try await bench.everything(in: "q.backfill")
      #expect(
        backfill.compactMap { $0.search?.text }.sorted() == ["search 17", "search 27", "search 7"])
      #expect((published + backfill).compactMap { $0.search?.text }.sorted() == texts.sorted())
      for record in published {
        // By its key, as whoever published it first.
        #expect(
          record.partition.partition
            == KafkaPartitioner.partition(forKey: try #require(record.key), count: 3))
      }
      #expect(try await bench.everything(in: "q.dead").count == 30)

      // By another machine, later: what was redriven is known.
      let second = try await bench.redrive().run()
      #expect((second.matched, second.alreadyRedriven, second.redriven) == (30, 30, 0))
      let third = try await bench.redrive { $0.again = true }.run()
      #expect(third.redriven == 30)
      #expect(try await bench.everything(in: "q").count == 2 * published.count)
    }
  }

  @Test("a filter redrives its part; one that matches nothing redrives nothing")
  func filtered() async throws {
    try await Bench.run { bench in
      try await bench.bury(texts) { burial(reason: $0.hasSuffix("3") ? "a" : "b") }
      let none = try await bench.redrive { $0.filter.reasons = ["c"] }.run()
      #expect(none == RedriveCounts())
      let some = try await bench.redrive { $0.filter.reasons = ["a"] }.run()
      #expect((some.matched, some.redriven) == (3, 3))
      let place = try await bench.redrive { $0.filter.offsets = [1: OffsetRanges([0..<2])] }.run()
      #expect((place.matched, place.redriven) == (2, 2))
      let rest = try await bench.redrive().run()
      #expect((rest.alreadyRedriven, rest.redriven) == (5, 25))
      let list = try await bench.topic.list(LetterFilter())
      #expect(list.groups.map(\.count) == [27, 3])
      #expect(list.groups.map(\.redriven) == [27, 3])
    }
  }

  @Test(
    "what is cut, of unknown origin or from a topic no worker reads is left, and what has a newer highlight"
  )
  func leftOut() async throws {
    try await Bench.run { bench in
      try await bench.bury(texts) { text in
        switch text {
        case "search 0": burial() + [KafkaHeader(DeadLetter.truncatedFrom, "9")]
        case "search 1": []
        case "search 2": burial(topic: "control")
        default: burial(timestamp: 1_000)
        }
      }
      func highlight(_ text: String, _ generatedAt: Int64) throws -> KafkaProducerMessage {
        var highlight = Highlight()
        highlight.key = text
        highlight.generatedAt = UnixTime(milliseconds: generatedAt).timestamp
        return KafkaProducerMessage(
          topic: "h", key: Array(text.utf8), value: try highlight.serializedBytes())
      }
      try await bench.publish([
        highlight("search 3", 999), highlight("search 4", 1_000), highlight("search 5", 2_000),
        highlight("search 5", 3_000), highlight("never asked", 2_000),
      ])
      let counts = try await bench.redrive().run()
      #expect((counts.cut, counts.withoutOrigin, counts.answeredSince) == (1, 2, 2))
      #expect((counts.matched, counts.redriven) == (30, 25))
      let published = try await bench.everything(in: "q").compactMap { $0.search?.text }
      #expect(
        Set(published)
          == Set(texts.filter { !["0", "1", "2", "4", "5"].map { "search \($0)" }.contains($0) }))
      let all = try await bench.redrive { $0.includesAnswered = true }.run()
      #expect((all.redriven, all.alreadyRedriven) == (2, 25))
    }
  }

  @Test(
    "a run that was killed is taken over once it is silent, and what it had published is not published again"
  )
  func takenOver() async throws {
    try await Bench.run { bench in
      let places = try await bench.bury(texts)
      let start = Int64(Date().timeIntervalSince1970 * 1_000)
      // What a run left that published 10, recorded the first 4 of partition 0, and was killed.
      var claim = RedriveClaim()
      claim.run = "killed"
      claim.status = .running
      claim.actor = "night shift"
      claim.startedAt = UnixTime(milliseconds: start).timestamp
      claim.renewedAt = claim.startedAt
      claim.unrecordedSince = claim.startedAt
      var progress = RedriveProgress()
      progress.topic = "q.dead"
      progress.runs = [0, 4]
      let published = (0..<10).map { index in
        KafkaProducerMessage(
          topic: "q", key: Array(texts[index].utf8), value: query(texts[index]),
          headers: [
            KafkaHeader(
              RedriveMark.from, "q.dead-\(places[index].partition)-\(places[index].offset)")
          ])
      }
      try await bench.publish(
        [
          KafkaProducerMessage(
            topic: "control", key: Array("redrive/q.dead".utf8), value: try claim.serializedBytes()),
          KafkaProducerMessage(
            topic: "control", key: Array("redrive/q.dead/0".utf8),
            value: try progress.serializedBytes()),
        ] + published)

      let early = await #expect(throws: DeadLetterError.self) {
        try await bench.redrive(now: start + 29_000).run()
      }
      #expect("\(early!)".contains("night shift redrives q.dead"), "\(early!)")
      let counts = try await bench.redrive(now: start + 31_000).run()
      #expect((counts.alreadyRedriven, counts.redriven) == (10, 20))
      let all = try await bench.everything(in: "q").compactMap { $0.search?.text }
      #expect(all.sorted() == texts.sorted())
      #expect(try await bench.redrive(now: start + 32_000).run().redriven == 0)
    }
  }

  @Test("of two runs at once one gives way, and nothing is published twice")
  func twoAtOnce() async throws {
    try await Bench.run { bench in
      try await bench.bury(texts)
      let results = await withTaskGroup(of: Result<RedriveCounts, any Error>.self) { tasks in
        for _ in 0..<4 {
          tasks.addTask {
            do { return .success(try await bench.redrive { $0.rate = 40 }.run()) } catch {
              return .failure(error)
            }
          }
        }
        return await tasks.reduce(into: []) { $0.append($1) }
      }
      let refused = results.compactMap { result -> (any Error)? in
        if case .failure(let error) = result { error } else { nil }
      }
      #expect(refused.count == 3)
      for error in refused {
        guard case DeadLetterError.taken = error else {
          Issue.record("\(error)")
          continue
        }
      }
      let all = try await bench.everything(in: "q").compactMap { $0.search?.text }
      #expect(all.sorted() == texts.sorted())
    }
  }

  @Test("a cancelled run ends after a whole batch, and the next goes on from there")
  func cancelled() async throws {
    try await Bench.run { bench in
      try await bench.bury(texts)
      let (batches, batch) = AsyncStream<Int>.makeStream()
      let run = Task {
        try await bench.redrive {
          $0.rate = 5
          $0.batch = 5
        }.run { batch.yield($0.redriven) }
      }
      var first = batches.makeAsyncIterator()
      #expect(await first.next() == 5)
      run.cancel()
      await #expect(throws: CancellationError.self) { try await run.value }
      // At once: it ended, so nobody has to wait until it is taken for dead.
      let rest = try await bench.redrive().run()
      #expect(rest.alreadyRedriven + rest.redriven == 30 && rest.alreadyRedriven >= 5)
      let all = try await bench.everything(in: "q").compactMap { $0.search?.text }
      #expect(all.sorted() == texts.sorted())
    }
  }

  @Test("a rate is kept to")
  func rate() async throws {
    try await Bench.run { bench in
      try await bench.bury(texts)
      let start = ContinuousClock.now
      _ = try await bench.redrive { $0.rate = 15 }.run()
      // 30 messages: the last batch of 15 may go out a second after the first.
      #expect(ContinuousClock.now - start >= .seconds(1))
    }
  }

  @Test("a purge deletes what stood there, and keeps what comes later")
  func purge() async throws {
    try await Bench.run { bench in
      try await bench.bury(Array(texts.prefix(20)))
      _ = try await bench.redrive { $0.filter.offsets = [0: OffsetRanges([0..<3])] }.run()
      let plan = try await bench.topic.planPurge(until: nil)
      #expect((plan.count, plan.redriven) == (20, 3))
      #expect(try await bench.topic.planPurge(until: UnixTime(milliseconds: 1)).count == 0)
      try await bench.bury(Array(texts.suffix(10)))
      try await bench.topic.purge(plan)
      let list = try await bench.topic.list(LetterFilter())
      #expect(list.count == 10)
      let counts = try await bench.redrive().run()
      #expect((counts.matched, counts.redriven) == (10, 10))
    }
  }

  @Test("a topic that is not there is named")
  func noTopic() async throws {
    try await Bench.run { bench in
      await #expect(throws: DeadLetterError.noTopic("nothing")) {
        try await bench.redrive { $0.topic = "nothing" }.run()
      }
      await #expect(throws: DeadLetterError.noTopic("nothing")) {
        try await bench.redrive { $0.control = "nothing" }.run()
      }
    }
  }
}

struct EmbeddedDeadLettersTests {
  @Test("on the embedded broker a list works, and a purge is refused at once")
  func embedded() async throws {
    let kafka = try EmbeddedKafka(brokers: 1, logger: quiet)
    defer { kafka.shutdown() }
    for topic in ["q.dead", "control"] { try kafka.createTopic(topic, partitions: 3) }
    let bench = Bench(client: kafka.clientConfiguration)
    try await bench.bury(["a", "b"])
    #expect(try await bench.topic.list(LetterFilter()).count == 2)
    let found = try await bench.topic.letters(LetterFilter(), limit: 1)
    #expect(found.count == 1 && found.first?.isRedriven == false)
    let error = try await within(.seconds(5), "the refusal") {
      await #expect(throws: KafkaError.self) { try await bench.topic.planPurge(until: nil) }
    }
    #expect(error?.code == .unsupportedFeature)
  }
}
