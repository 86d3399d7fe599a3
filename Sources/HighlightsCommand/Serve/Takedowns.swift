import Control
import Foundation
import HighlightStore
import Highlights
import HighlightsProtocol
import Kafka
import Logging
import LookupService
import SwiftProtobuf
import Synchronization

/// Withdraws highlights and videos: in `search.control`, which every process follows, and in the highlights topics,
/// which every store is a view of.
///
/// The first is written before the second. Whatever is cut short, doing it again ends it: a call writes the same
/// again where it is written already.
final class Takedowns: TakedownDesk {
  private let store: any HighlightStore
  private let producer: KafkaProducer
  private let client: KafkaClientConfiguration
  private let control: ControlWriter
  private let controlTopic: String
  /// The variant of each topic of highlights; the default one's is empty.
  private let variants: [String: String]
  private struct Known {
    var told = ControlState()
    /// What was written here and has not been read back.
    var own: [String: UInt32] = [:]
  }

  private let known = Mutex(Known())

  init(
    store: any HighlightStore, producer: KafkaProducer, client: KafkaClientConfiguration,
    controlTopic: String, variants: [String: String]
  ) {
    self.store = store
    self.producer = producer
    self.client = client
    self.controlTopic = controlTopic
    self.variants = variants
    control = ControlWriter(producer: producer, topic: controlTopic)
  }

  /// Takes what operators have switched, as far as it was read.
  func use(_ state: ControlState) {
    known.withLock { known in
      known.told = state
      known.own = known.own.filter { $0.value > state.epoch(ofKey: $0.key) }
    }
  }

  /// The epoch of a key, also where it was written here a moment ago.
  func epoch(of key: String) -> UInt32 {
    known.withLock { max($0.told.epoch(ofKey: key), $0.own[key] ?? 0) }
  }

  // MARK: Highlights

  func withdraw(_ search: Search, reason: String, actor: String) async throws -> HighlightTakedown {
    try await change(Subject(search), isWithdrawn: true, reason: reason, actor: actor)
  }

  func restore(_ search: Search, reason: String, actor: String) async throws -> HighlightTakedown {
    try await change(Subject(search), isWithdrawn: false, reason: reason, actor: actor)
  }

  /// Withdraws a highlight that was published although it cites what is withdrawn: by a worker that had not heard.
  func withdrawIfItCites(_ highlight: Highlight) async throws {
    let withdrawn = known.withLock { $0.told.withdrawnVideos }
    guard !withdrawn.isEmpty, highlight.status != .withdrawn,
      let video = highlight.videoIDs.first(where: withdrawn.contains)
    else { return }
    _ = try await change(
      Subject(highlight), isWithdrawn: true, reason: Self.videoWithdrawn, actor: "", video: video)
  }

  private func change(
    _ subject: Subject, isWithdrawn: Bool, reason: String, actor: String, video: String = ""
  ) async throws -> HighlightTakedown {
    var last = epoch(of: subject.key)
    var generatedAt = UnixTime.now
    for variant in variants.values {
      guard let stored = try await store.highlight(forKey: subject.key, variant: variant) else {
        continue
      }
      last = max(last, HighlightVersion.withdrawalEpoch(of: stored))
      generatedAt = max(
        generatedAt, UnixTime(stored.generatedAt).advanced(byMilliseconds: 1))
    }
    let isChanged = last.isMultiple(of: 2) == isWithdrawn
    // What never was withdrawn needs no lifting, and what a person withdrew is not the video's to give back.
    guard isChanged || (last > 0 && video.isEmpty) else {
      return HighlightTakedown(epoch: last, isChanged: false)
    }
    let epoch = isChanged ? last + 1 : last
    try await control.setWithdrawal(
      key: subject.key, epoch: epoch, reason: reason, actor: actor, video: video, at: generatedAt)
    known.withLock { $0.own[subject.key] = epoch }
    let highlight = subject.highlight(
      epoch: epoch, at: generatedAt, reason: isWithdrawn ? reason : "restored", actor: actor)
    try await publish(highlight)
    return HighlightTakedown(epoch: epoch, isChanged: isChanged)
  }

  private func publish(_ highlight: Highlight) async throws {
    let event = CloudEvent(
      id: UUID().uuidString.lowercased(), type: "highlights.v1.Highlight",
      source: "/highlights/serve", time: UnixTime(highlight.generatedAt), format: .protobuf)
    let value = try MessageCodec().encode(highlight)
    try await producer.send(
      variants.keys.map { topic in
        KafkaProducerMessage(
          topic: topic, key: Array(highlight.key.utf8), value: value,
          headers: event.headers.map { KafkaHeader($0.0, $0.1) })
      })
  }

  // MARK: Videos

  /// Stands as reason on what was withdrawn with a video.
  private static let videoWithdrawn = "video_withdrawn"

  func withdrawVideo(_ id: String, reason: String, actor: String) async throws -> Int {
    try await control.setVideo(id: id, withdrawn: true, reason: reason, actor: actor)
    // What was published before must be found; what is published later cites it only where a worker has not heard,
    // and is withdrawn when it comes by.
    try await waitForStore()
    var count = 0
    var done: Set<String> = []
    for variant in variants.values {
      for key in try await store.keys(citing: id, variant: variant) where !done.contains(key) {
        done.insert(key)
        guard let stored = try await store.highlight(forKey: key, variant: variant) else {
          continue
        }
        let change = try await change(
          Subject(stored), isWithdrawn: true, reason: Self.videoWithdrawn, actor: actor, video: id)
        if change.isChanged { count += 1 }
      }
    }
    return count
  }

  func restoreVideo(_ id: String, reason: String, actor: String) async throws -> Int {
    try await control.setVideo(id: id, withdrawn: false, reason: reason, actor: actor)
    let keys = try await ControlLog(client: client, topic: controlTopic).keysWithdrawn(with: id)
    var count = 0
    for key in keys {
      var subject = Subject(key: key)
      for variant in variants.values {
        if let stored = try await store.highlight(forKey: key, variant: variant) {
          subject = Subject(stored)
          break
        }
      }
      let change = try await change(subject, isWithdrawn: false, reason: reason, actor: actor)
      if change.isChanged { count += 1 }
    }
    return count
  }

  /// Waits until the store has applied what the topics of highlights hold now. Bounded by whoever asked.
  private func waitForStore() async throws {
    let consumer = try KafkaConsumer(
      configuration: KafkaConsumerConfiguration(client: client, groupID: "highlights-takedowns"),
      logger: Logger(label: "takedowns"))
    let result: Result<Void, any Error>
    do { result = .success(try await waitForStore(consumer)) } catch { result = .failure(error) }
    await consumer.close()
    try result.get()
  }

  private func waitForStore(_ consumer: KafkaConsumer) async throws {
    for topic in variants.keys {
      var ends: [Int32: Int64] = [:]
      for number in 0..<(try await consumer.partitionCount(of: topic)) {
        let log = try await consumer.watermarks(
          of: TopicPartition(topic: topic, partition: number))
        if !log.isEmpty { ends[number] = log.upperBound }
      }
      while true {
        let applied = try await store.appliedOffsets(topic: topic)
        if ends.allSatisfy({ (applied[$0.key] ?? 0) >= $0.value }) { break }
        try await Task.sleep(for: .milliseconds(20))
      }
    }
  }
}

/// The highlight that a takedown is about.
private struct Subject {
  var key: String
  var queryText = ""
  var locale = ""

  init(key: String) { self.key = key }

  init(_ search: Search) {
    key = search.key.description
    queryText = search.text
    locale = "\(search.locale)"
  }

  init(_ highlight: Highlight) {
    key = highlight.key
    queryText = highlight.queryText
    locale = highlight.locale
  }

  /// What is published in its place.
  func highlight(epoch: UInt32, at now: UnixTime, reason: String, actor: String) -> Highlight {
    var highlight = Highlight()
    highlight.key = key
    highlight.queryText = queryText
    highlight.locale = locale
    highlight.withdrawalEpoch = epoch
    highlight.reason = reason
    highlight.actor = actor
    highlight.generatedAt = now.timestamp
    if epoch.isMultiple(of: 2) {
      // Stale from the start: the next look-up has it written anew, or renewed where nothing else changed.
      highlight.status = .noAnswer
      highlight.freshUntil = now.timestamp
      highlight.expiresAt = now.advanced(byMilliseconds: 60_000).timestamp
    } else {
      highlight.status = .withdrawn
    }
    return highlight
  }
}

extension Highlight {
  /// The videos that it cites or shows.
  fileprivate var videoIDs: [String] {
    sentences.flatMap { $0.citations.map(\.videoID) } + videos.map(\.id)
  }
}
