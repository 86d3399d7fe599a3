import Highlights
import HighlightsProtocol
import Kafka
import SwiftProtobuf
import Testing

@testable import Summarizer

@Suite("A misplaced record")
struct MisplacedRecordTests {
  enum Fault: CaseIterable {
    case noKey, wrongKey, wrongPartition
  }

  @Test("is sent on under its key, with nothing else left behind", arguments: Fault.allCases)
  func forwarded(fault: Fault) async throws {
    let bench = try SummarizerBench(replying: Reply.answer)
    let right = try bench.record()
    let record = misplaced(right, fault)
    let finished = try await bench.finish(record)
    #expect(finished.ledger.isEmpty)
    #expect(bench.gateway.calls == 0)
    let message = try #require(finished.published.first)
    #expect(finished.published.count == 1)
    #expect(message.topic == SummarizerBench.topic)
    #expect(message.partition == nil)
    #expect(message.key == right.key)
    #expect(message.value == record.value)
    #expect(message.headers.text(HeaderName.eventID) == "q-1")
    #expect(message.headers.text(HeaderName.forwarded) != nil)
  }

  @Test("that was sent on is handled where it arrives", arguments: Fault.allCases)
  func handled(fault: Fault) async throws {
    let bench = try SummarizerBench(replying: Reply.answer)
    var record = misplaced(try bench.record(), fault)
    let sent = try #require(try await bench.finish(record).published.first)
    record.headers = sent.headers
    let finished = try await bench.finish(record)
    #expect(try finished.outcome.result == .answered)
    #expect(try finished.outcome.queryID == "q-1")
    #expect(bench.gateway.calls == 1)
  }

  @Test(
    "without an id of its own keeps the id of its first place", arguments: [nil, "", "event-7"])
  func identity(event: String?) async throws {
    let bench = try SummarizerBench(replying: Reply.answer)
    var query = SearchQuery.sample
    query.queryID = ""
    let headers = event.map { [KafkaHeader(HeaderName.eventID, $0)] } ?? []
    var record = try bench.record(query, headers: headers)
    record.key = nil
    let sent = try #require(try await bench.finish(record).published.first)
    let place = "\(record.partition.topic)/\(record.partition.partition)/\(record.offset)"
    let id = event.flatMap { $0.isEmpty ? nil : $0 } ?? place
    #expect(sent.headers.text(HeaderName.eventID) == id)

    record.key = sent.key
    record.headers = sent.headers
    record.offset += 1_000
    #expect(try await bench.finish(record).outcome.queryID == id)
  }

  private func misplaced(_ record: KafkaRecord, _ fault: Fault) -> KafkaRecord {
    var record = record
    switch fault {
    case .noKey: record.key = nil
    case .wrongKey: record.key = Array("user-1".utf8)
    case .wrongPartition:
      record.partition.partition = (record.partition.partition + 1) % SummarizerBench.partitions
    }
    return record
  }
}
