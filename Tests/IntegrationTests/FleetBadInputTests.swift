import HighlightsProtocol
import Kafka
import KafkaWorker
import TestSupport
import Testing

extension FleetTests {
  @Test(
    "whatever is written to the queries topic ends as a dead letter with its reason or a highlight")
  func badInput() async throws {
    let large = ["max.message.bytes": "8000000"]
    try await Fleet.run(
      configuration: ["search.queries": large, "search.queries.dead": large]
    ) { fleet in
      if FleetBadInput.hostileStrings == nil {
        print("../shared/data/hostile/strings.jsonl is absent: its texts are left out")
      }
      let gateway = try await FleetGateway.start(latency: "5ms")
      let worker = try fleet.summarizer("a", gateway)
      let inputs = try FleetBadInput.all()
      let places = try await fleet.publish(inputs.map(\.message))
      try await fleet.awaitOutcomes(of: inputs.count)
      let good = try FleetBadInput("good", reason: nil) { $0.text = "and on it goes" }
      _ = try await fleet.publish([good.message])
      try await fleet.awaitOutcomes(of: inputs.count + 1)
      try await worker.drain()
      try await gateway.process.drain()

      let outcomes = try await fleet.outcomes()
      #expect(outcomes.map(\.queryID).sorted() == (inputs + [good]).map(\.id).sorted())
      let letters = try await fleet.everything(in: "search.queries.dead")
      #expect(letters.count == outcomes.count { $0.result == .dead })
      let highlights = Set(
        try await fleet.everything(in: "search.highlights").map {
          String(decoding: $0.key ?? [], as: UTF8.self)
        })
      for (input, place) in zip(inputs, places) {
        let outcome = try #require(outcomes.first { $0.queryID == input.id })
        if let reason = input.reason {
          #expect(outcome.result == .dead, "\(input.id)")
          #expect(outcome.reason == reason, "\(input.id)")
        }
        if outcome.result == .dead {
          let letter = try #require(
            letters.first { $0.headers.text(HeaderName.eventID) == input.id }, "\(input.id)")
          expect(letter, of: input.message, at: place, reason: outcome.reason)
        } else {
          #expect(highlights.contains(outcome.key), "\(input.id): \(outcome.result)")
        }
      }
      #expect(outcomes.first { $0.queryID == "good" }?.result == .noAnswer)
    }
  }

  @Test("a dead letter that its topic does not take is cut, and says where all of it is")
  func truncation() async throws {
    try await Fleet.run(configuration: [
      "search.queries": ["max.message.bytes": "8000000"],
      "search.queries.dead": ["max.message.bytes": "100000"],
    ]) { fleet in
      let gateway = try await FleetGateway.start()
      // Uncompressed, or nothing would be too large.
      let worker = try fleet.summarizer("a", gateway, ["kafka.compression=none"])
      let inputs = try [600_000, 3_000_000].map { count in
        try FleetBadInput("large-\(count)", reason: "text_too_long") {
          $0.text = String(repeating: "x", count: count)
        }
      }
      let places = try await fleet.publish(inputs.map(\.message))
      try await fleet.awaitOutcomes(of: inputs.count)
      let good = try FleetBadInput("good", reason: nil) { $0.text = "and on it goes" }
      _ = try await fleet.publish([good.message])
      try await fleet.awaitOutcomes(of: inputs.count + 1)
      try await worker.drain()
      try await gateway.process.drain()

      let letters = try await fleet.everything(in: "search.queries.dead")
      #expect(letters.count == inputs.count)
      for (input, place) in zip(inputs, places) {
        let letter = try #require(
          letters.first { $0.headers.text(HeaderName.eventID) == input.id }, "\(input.id)")
        let whole = try #require(input.message.value)
        let kept = try #require(letter.value)
        #expect((30_000..<100_000).contains(kept.count), "\(kept.count)")
        #expect(kept == Array(whole.prefix(kept.count)))
        #expect(letter.headers.text(DeadLetter.truncatedFrom) == "\(whole.count)")
        expect(letter, of: nil, at: place, reason: "text_too_long")
      }
      #expect(try await fleet.outcomes().count == 3)
    }
  }

  /// Spring's coordinates and reason, and the bytes unless they were cut.
  private func expect(
    _ letter: KafkaRecord, of message: KafkaProducerMessage?, at place: KafkaRecordMetadata,
    reason: String, sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let headers = Dictionary(letter.headers.map { ($0.name, $0.value) }) { $1 }
    func number(_ name: String) -> (bytes: Int?, value: Int64?) {
      let bytes = headers[name]
      return (bytes?.count, bytes?.reduce(0) { $0 << 8 | Int64($1) })
    }
    #expect(
      letter.headers.text("kafka_dlt-original-topic") == "search.queries",
      sourceLocation: sourceLocation)
    #expect(
      number("kafka_dlt-original-partition") == (4, Int64(place.partition)),
      sourceLocation: sourceLocation)
    #expect(
      number("kafka_dlt-original-offset") == (8, place.offset), sourceLocation: sourceLocation)
    #expect(
      letter.headers.text("kafka_dlt-exception-fqcn") == reason, sourceLocation: sourceLocation)
    #expect(
      letter.headers.text("kafka_dlt-exception-message")?.isEmpty == false,
      sourceLocation: sourceLocation)
    if let message {
      #expect(letter.value == message.value, sourceLocation: sourceLocation)
      #expect(letter.headers.text("truncated-from") == nil, sourceLocation: sourceLocation)
    }
  }
}
