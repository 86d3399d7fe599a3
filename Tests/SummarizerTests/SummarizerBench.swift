import Control
import Foundation
import Highlights
import HighlightsProtocol
import Kafka
import KafkaWorker
import LLMGateway
import SwiftProtobuf
import Synchronization

@testable import Summarizer

/// A gateway that gives its answers one after the other, the last one again and again, and keeps what it was asked.
final class FakeGateway: ChatGateway {
  private let answers: [Result<ChatReply, GatewayError>]
  private let asked = Mutex<[(ChatRequest, ChatOptions)]>([])
  private let event = Mutex<@Sendable (Int) -> Void>({ _ in })

  init(_ answers: [Result<ChatReply, GatewayError>]) { self.answers = answers }

  /// Has something happen while a call runs.
  ///
  /// - Parameter body: given the number of the call, from 1.
  func whileCalled(_ body: @escaping @Sendable (Int) -> Void) { event.withLock { $0 = body } }

  var calls: Int { asked.withLock { $0.count } }
  var requests: [ChatRequest] { asked.withLock { $0.map(\.0) } }
  var options: [ChatOptions] { asked.withLock { $0.map(\.1) } }

  func complete(
    _ request: ChatRequest, _ options: ChatOptions
  ) async throws(GatewayError) -> ChatReply {
    let count = asked.withLock { asked in
      asked.append((request, options))
      return asked.count
    }
    event.withLock(\.self)(count)
    return try answers[min(count, answers.count) - 1].get()
  }
}

/// A wall clock that stands until it is set.
final class StandingClock: Sendable {
  private let time = Mutex(UnixTime(milliseconds: 1_800_000_000_000))

  var now: UnixTime { time.withLock { $0 } }

  func advance(_ milliseconds: Int64) {
    time.withLock { $0 = $0.advanced(byMilliseconds: milliseconds) }
  }
}

/// A handler without Kafka: records in, messages out.
struct SummarizerBench {
  static let topic = "search.queries"
  static let partitions: Int32 = 6

  let gateway: FakeGateway
  let clock = StandingClock()
  let published = PublishedTable()
  let switches = FleetSwitches()
  let handler: SearchHandler

  init(
    _ answers: Result<ChatReply, GatewayError>...,
    variants: [String: VariantSettings] = [:],
    partitionCount: @escaping @Sendable (String) async throws -> Int32 = { _ in Self.partitions }
  ) throws {
    let gateway = FakeGateway(answers)
    self.gateway = gateway
    let deployment = try Deployment(
      name: "fake", provider: "fake", baseURL: "http://127.0.0.1:1/v1", model: "asked-for",
      authentication: .none, usageTerms: "none")
    handler = SearchHandler(
      settings: SummarizerSettings(
        policy: HighlightPolicy(pipelineVersion: "test"), variants: variants,
        deployment: deployment),
      gateway: gateway, switches: switches, published: published, partitionCount: partitionCount,
      now: { [clock] in clock.now })
  }

  init(
    replying content: String, finish: FinishReason = .stop, refusal: String? = nil,
    variants: [String: VariantSettings] = [:]
  ) throws {
    try self.init(
      .success(.sample(content, finish: finish, refusal: refusal)), variants: variants)
  }

  /// The record as our own publisher would have placed it.
  func record(_ query: SearchQuery = .sample, headers: [KafkaHeader] = []) throws -> KafkaRecord {
    let key = try Search(query, fallbackID: "?").key.bytes
    return KafkaRecord(
      partition: TopicPartition(
        topic: Self.topic,
        partition: KafkaPartitioner.partition(forKey: key, count: Self.partitions)),
      offset: 41, key: key, value: try query.serializedBytes(), headers: headers)
  }

  func handle(_ record: KafkaRecord) async throws -> WorkResult {
    try await handler.handle([record], WorkContext(attempt: 0, receivedAt: .now))
  }

  /// Handles a search whose messages are all acknowledged.
  func finish(_ record: KafkaRecord) async throws -> Finished {
    let result = try await handle(record)
    return Finished(published: result.publish, ledger: result.ledger())
  }

  /// Has an operator switch something: the records, as they stand in the topic one after the other.
  func set(_ records: (key: String, change: any Message)...) throws {
    switches.use(try .of(records))
  }

  /// What the handler says of a record that it cannot handle; nil when it can.
  func failure(of record: KafkaRecord) async -> WorkFailure? {
    do {
      _ = try await handle(record)
      return nil
    } catch {
      return error as? WorkFailure
    }
  }
}

/// What a search left behind.
struct Finished {
  let published: [KafkaProducerMessage]
  let ledger: [KafkaProducerMessage]

  var highlight: Highlight {
    get throws { try Highlight(serializedBytes: published.first?.value ?? []) }
  }
  var outcome: Outcome {
    get throws { try Outcome(serializedBytes: ledger.first?.value ?? []) }
  }
}

extension ControlState {
  static func of(_ records: [(key: String, change: any Message)]) throws -> ControlState {
    var state = ControlState()
    for (key, change) in records {
      _ = try state.apply(key: key, value: change.serializedBytes())
    }
    return state
  }
}

extension ChatReply {
  static func sample(
    _ content: String, finish: FinishReason = .stop, refusal: String? = nil,
    deployment: Deployment? = nil, cost: Cost? = nil
  ) -> ChatReply {
    ChatReply(
      content: content, refusal: refusal, finishReason: finish, model: "served",
      responseID: "r-1", usage: TokenUsage(input: 120, output: 30), deployment: deployment,
      cost: cost, attempts: 2, wastedTokens: 7,
      startedAt: Date(timeIntervalSince1970: 0), duration: .milliseconds(5))
  }
}

extension SearchQuery {
  static var sample: SearchQuery {
    var query = SearchQuery()
    query.queryID = "q-1"
    query.text = "How to fold a fitted sheet"
    query.locale = "en-US"
    var video = Video()
    video.id = "v-1"
    video.title = "Folding sheets"
    video.creator = "linen"
    for (index, text) in ["Tuck one corner into the other.", "Then fold it in thirds."]
      .enumerated()
    {
      var segment = Segment()
      segment.startMs = UInt32(index) * 1_000
      segment.endMs = UInt32(index + 1) * 1_000
      segment.text = text
      video.segments.append(segment)
    }
    query.videos = [video]
    return query
  }
}

/// Replies of the model.
enum Reply {
  static let answer = """
    {"answerable": true, "sentences": [{"text": "Tuck one corner into the other.", \
    "citations": [{"segment": "v1#0", "quote": "Tuck one corner into the other."}]}]}
    """
  static let inventedQuote = """
    {"answerable": true, "sentences": [{"text": "Iron it first.", \
    "citations": [{"segment": "v1#0", "quote": "Iron the sheet first."}]}]}
    """
  static let declined = #"{"answerable": false, "sentences": []}"#
}

/// A gateway that gives its replies one after the other, then fails.
final class ScriptedGateway: ChatGateway {
  private let replies: [String]
  private let count = Mutex(0)

  init(_ replies: [String]) { self.replies = replies }

  var calls: Int { count.withLock { $0 } }

  func complete(
    _ request: ChatRequest, _ options: ChatOptions
  ) async throws(GatewayError) -> ChatReply {
    let index = count.withLock { count in
      count += 1
      return count - 1
    }
    guard index < replies.count else {
      throw GatewayError(kind: .deadlineExceeded, deployment: "fake", message: "late")
    }
    return .sample(replies[index])
  }
}
