import AsyncHTTPClient
import Foundation
import HighlightStore
import Highlights
import HighlightsProtocol
import Logging
import NIOCore
import NIOHTTP1
import ServiceLifecycle
import SwiftProtobuf
import Synchronization
import Testing

@testable import LookupService

/// A store in memory that can be told to fail.
final class MemoryStore: HighlightStore {
  private struct State {
    var highlights: [VariantKey: Highlight] = [:]
    var isFailing = false
    var reads = 0
  }
  private let state = Mutex(State())

  var reads: Int { state.withLock { $0.reads } }
  func put(_ highlight: Highlight, variant: String = "") {
    state.withLock { $0.highlights[VariantKey(key: highlight.key, variant: variant)] = highlight }
  }
  func fail(_ isFailing: Bool = true) { state.withLock { $0.isFailing = isFailing } }

  func highlights(
    forKeys keys: [String], variant: String
  ) async throws -> [String: Highlight] {
    try state.withLock { state in
      state.reads += 1
      if state.isFailing { throw StoreError(.busy, path: "memory") }
      var found: [String: Highlight] = [:]
      for key in keys { found[key] = state.highlights[VariantKey(key: key, variant: variant)] }
      return found
    }
  }
  func highlight(forKey key: String, variant: String) async throws -> Highlight? {
    try await highlights(forKeys: [key], variant: variant)[key]
  }
  func apply(
    _ records: [HighlightRecord], progress: [PartitionProgress]
  ) async throws -> [ApplyResult] { [] }
  func keys(citing videoID: String, variant: String) async throws -> [String] { [] }
  func appliedOffsets(topic: String) async throws -> [Int32: Int64] { [:] }
  func count() async throws -> Int { state.withLock { $0.highlights.count } }
  func close() async throws {}
}

/// Keeps what is published.
final class RecordingQueue: SearchQueue {
  private struct State {
    var published: [SearchQuery] = []
    var isFailing = false
    var onPublish: (@Sendable (SearchQuery) async -> Void)?
  }
  struct Failure: Error {}
  private let state = Mutex(State())

  var published: [SearchQuery] { state.withLock { $0.published } }
  func fail(_ isFailing: Bool = true) { state.withLock { $0.isFailing = isFailing } }
  func onPublish(_ body: @escaping @Sendable (SearchQuery) async -> Void) {
    state.withLock { $0.onPublish = body }
  }

  func publish(_ query: SearchQuery) async throws {
    let then = try state.withLock { state in
      if state.isFailing { throw Failure() }
      state.published.append(query)
      return state.onPublish
    }
    await then?(query)
  }
}

struct FixedVideos: VideoFinding {
  var found: [Video] = []
  var isFailing = false
  func videos(for text: String, locale: String, limit: Int) async throws -> [Video] {
    if isFailing { throw RecordingQueue.Failure() }
    return found
  }
}

/// Does what a command would write to the topics, to itself.
final class RecordingTakedowns: TakedownDesk {
  struct Call: Hashable {
    var what: String
    var reason: String
    var actor: String
  }
  private struct State {
    var calls: [Call] = []
    var epochs: [String: UInt32] = [:]
    var isFailing = false
  }
  private let state = Mutex(State())

  var calls: [Call] { state.withLock { $0.calls } }
  func fail(_ isFailing: Bool = true) { state.withLock { $0.isFailing = isFailing } }

  private func change(
    _ what: String, _ reason: String, _ actor: String, _ key: String? = nil, isOdd: Bool
  ) throws -> HighlightTakedown {
    try state.withLock { state in
      if state.isFailing { throw RecordingQueue.Failure() }
      state.calls.append(Call(what: what, reason: reason, actor: actor))
      let known = key.flatMap { state.epochs[$0] } ?? 0
      guard let key, !known.isMultiple(of: 2) != isOdd else {
        return HighlightTakedown(epoch: known, isChanged: false)
      }
      state.epochs[key] = known + 1
      return HighlightTakedown(epoch: known + 1, isChanged: true)
    }
  }
  func withdraw(_ search: Search, reason: String, actor: String) async throws -> HighlightTakedown {
    try change("withdraw \(search.text)", reason, actor, "\(search.key)", isOdd: true)
  }
  func restore(_ search: Search, reason: String, actor: String) async throws -> HighlightTakedown {
    try change("restore \(search.text)", reason, actor, "\(search.key)", isOdd: false)
  }
  func withdrawVideo(_ id: String, reason: String, actor: String) async throws -> Int {
    _ = try change("withdraw video \(id)", reason, actor, isOdd: true)
    return 2
  }
  func restoreVideo(_ id: String, reason: String, actor: String) async throws -> Int {
    _ = try change("restore video \(id)", reason, actor, isOdd: false)
    return 2
  }
}

/// A clock that stands still until it is moved.
final class HandClock: Sendable {
  private let moved = Mutex(Duration.zero)
  func move(by duration: Duration) { moved.withLock { $0 += duration } }
  var elapsed: Duration { moved.withLock { $0 } }
  var now: UnixTime { HandClock.start.advanced(byMilliseconds: elapsed.inMilliseconds) }
  static let start = UnixTime(milliseconds: 1_800_000_000_000)
  /// With a chance of 1, nothing is refreshed early and lives are shortened by all of the jitter.
  var time: LookupTime {
    LookupTime(now: { self.now }, elapsed: { self.elapsed }, chance: { 1 })
  }
}

func key(_ text: String, _ locale: String = "") throws -> String {
  try LookupRequest.search(text, locale: locale).key.description
}

/// A highlight generated `age` ago, fresh for an hour and shown for a day from then.
func highlight(
  _ text: String = "ramen", locale: String = "", status: Highlight.Status = .answered,
  reason: String = "", age: Duration = .zero, now: UnixTime = HandClock.start, epoch: UInt32 = 0,
  citing cited: [String] = [], showing shown: [String] = []
) throws -> Highlight {
  let generated = now.advanced(byMilliseconds: -age.inMilliseconds)
  return try Highlight.with {
    $0.key = try key(text, locale)
    $0.queryText = text
    $0.locale = locale
    $0.status = status
    $0.reason = reason
    $0.withdrawalEpoch = epoch
    $0.videos = shown.map { id in VideoCard.with { $0.id = id } }
    $0.generatedAt = generated.timestamp
    $0.freshUntil = generated.advanced(byMilliseconds: 3_600_000).timestamp
    $0.expiresAt = generated.advanced(byMilliseconds: 86_400_000).timestamp
    if status == .answered {
      $0.sentences = [
        Sentence.with {
          $0.text = "Said at \(generated)."
          $0.kind = .grounded
          $0.citations = cited.map { id in Citation.with { $0.videoID = id } }
        }
      ]
    }
  }
}

func outcome(_ text: String, _ result: Outcome.Result, reason: String = "") throws -> Outcome {
  try Outcome.with {
    $0.key = try key(text)
    $0.result = result
    $0.reason = reason
  }
}

/// What a service under test is made of.
struct Bench {
  var configuration = LookupServiceConfiguration(port: 0)
  let store = MemoryStore()
  let queue = RecordingQueue()
  let clock = HandClock()
  let takedowns = RecordingTakedowns()
  var videos: FixedVideos?
  /// Whether the service has something to withdraw with.
  var canTakeDown = true
  var fleet: FleetFeed?

  init(
    videos: FixedVideos? = nil, _ change: (inout LookupServiceConfiguration) -> Void = { _ in }
  ) {
    self.videos = videos
    change(&configuration)
  }

  var logger: Logger { Logger(label: "lookup", factory: { _ in SwiftLogNoOpLogHandler() }) }

  func desk() -> LookupDesk {
    LookupDesk(
      configuration: configuration, store: store, queue: queue, videos: videos, time: clock.time,
      logger: logger)
  }

  /// Runs a service on a free port for as long as `body` takes.
  func serve(_ body: (Client, LookupService) async throws -> Void) async throws {
    let service = LookupService(
      configuration: configuration, store: store, queue: queue, videos: videos,
      takedowns: canTakeDown ? takedowns : nil, fleet: fleet, logger: logger, time: clock.time)
    let group = ServiceGroup(services: [service], logger: logger)
    let client = HTTPClient(eventLoopGroup: HTTPClient.defaultEventLoopGroup)
    defer { client.shutdown { _ in } }
    try await withThrowingTaskGroup(of: Void.self) { tasks in
      tasks.addTask { try await group.run() }
      try await body(Client(http: client, port: try await service.port()), service)
      await group.triggerGracefulShutdown()
      try await tasks.waitForAll()
    }
  }
}

/// Calls a service under test.
struct Client: Sendable {
  struct Reply: Sendable {
    let status: Int
    let headers: HTTPHeaders
    let body: String

    var json: [String: any Sendable] {
      (try? JSONSerialization.jsonObject(with: Data(body.utf8)) as? [String: any Sendable]) ?? [:]
    }
    /// `error.code`.
    var code: String? { (json["error"] as? [String: any Sendable])?["code"] as? String }
    var message: String { (json["error"] as? [String: any Sendable])?["message"] as? String ?? "" }
    func header(_ name: String) -> String? { headers.first(name: name) }
  }

  let http: HTTPClient
  let port: Int

  func send(
    _ method: HTTPMethod, _ path: String, headers: [String: String] = [:], body: String? = nil
  ) async throws -> Reply {
    var request = HTTPClientRequest(url: "http://127.0.0.1:\(port)\(path)")
    request.method = method
    for (name, value) in headers { request.headers.add(name: name, value: value) }
    if let body { request.body = .bytes(ByteBuffer(string: body)) }
    let response = try await http.execute(request, timeout: .seconds(30))
    let bytes = try await response.body.collect(upTo: 1 << 24)
    return Reply(
      status: Int(response.status.code), headers: response.headers, body: String(buffer: bytes))
  }

  func get(_ path: String, headers: [String: String] = [:]) async throws -> Reply {
    try await send(.GET, path, headers: headers)
  }

  func post(
    _ body: String, type: String = "application/json", headers: [String: String] = [:]
  ) async throws -> Reply {
    try await send(
      .POST, "/v1/queries", headers: headers.merging(["content-type": type]) { $1 }, body: body)
  }
}
