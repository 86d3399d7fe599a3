import Foundation
import HighlightsProtocol
import Kafka
import SwiftProtobuf

/// Keeps in `search.control` who redrives and what was redriven: headers of a dead letter cannot be changed, and the
/// next run may be on another machine.
///
/// A batch is published and acknowledged, then recorded. Whoever takes over from a run that was killed in between first
/// reads the topics it published to from ``RedriveClaim/unrecordedSince`` on, and records what it finds there.
struct RedriveLedger: Sendable {
  let scan: TopicScan
  let producer: KafkaProducer
  /// `search.control`.
  let control: String
  /// Of the dead letters.
  let topic: String
  let now: @Sendable () -> UnixTime

  /// Bytes that the offsets of one partition may take in a record; brokers refuse messages of 1 MiB.
  static let progressLimit = 900_000

  /// What stands in the topic now.
  ///
  /// - Throws: ``DeadLetterError/noTopic(_:)``, and what reading throws.
  func state() async throws -> RedriveState {
    guard let ranges = try await scan.ranges(of: control) else {
      throw DeadLetterError.noTopic(control)
    }
    var state = RedriveState(topic: topic)
    try await scan.read(ranges) { message in
      state.apply(
        key: String(decoding: message.key ?? [], as: UTF8.self), value: message.value)
      return true
    }
    return state
  }

  /// Claims the topic; returns the claim and what was recorded before it.
  ///
  /// - Throws: ``DeadLetterError/taken(topic:actor:since:renewed:)`` while another run holds it.
  func claim(actor: String, filter: String) async throws -> (RedriveClaim, RedriveState) {
    let before = try await state()
    let start = now()
    if let other = before.claim, other.isRunning(at: start) { throw taken(by: other) }
    var claim = RedriveClaim()
    claim.run = UUID().uuidString
    claim.status = .running
    claim.actor = actor
    claim.filter = filter
    claim.startedAt = start.timestamp
    claim.unrecordedSince = (before.claim?.gap.map { min($0, start) } ?? start).timestamp
    claim = try await renew(claim)
    let after = try await state()
    guard let holder = after.claim, holder.run == claim.run else {
      throw after.claim.map(taken) ?? DeadLetterError.lost(topic: topic, actor: "")
    }
    return (claim, before)
  }

  /// Says that the run lives, or how it ended.
  func renew(_ claim: RedriveClaim) async throws -> RedriveClaim {
    var claim = claim
    claim.renewedAt = now().timestamp
    try await producer.send([message(RedriveState.claimKey(topic), claim)])
    return claim
  }

  /// Throws when another took over, as after a process was stopped for long.
  func confirm(_ claim: RedriveClaim) async throws {
    let holder = try await state().claim
    guard holder?.run == claim.run else {
      throw DeadLetterError.lost(topic: topic, actor: holder?.actor ?? "")
    }
  }

  /// Records what was redriven of these partitions, all of it, not only what came to it.
  func record(_ redriven: [Int32: OffsetRanges], actor: String) async throws {
    let messages = try redriven.sorted { $0.key < $1.key }.map { partition, offsets in
      var progress = RedriveProgress()
      progress.topic = topic
      progress.partition = partition
      progress.runs = offsets.runs
      progress.actor = actor
      progress.changedAt = now().timestamp
      let message = try message(RedriveState.progressKey(topic, partition), progress)
      guard message.value?.count ?? 0 <= Self.progressLimit else {
        throw DeadLetterError.tooManyPieces(
          TopicPartition(topic: topic, partition: partition), offsets.ranges.count)
      }
      return message
    }
    try await producer.send(messages)
  }

  /// What was published since a moment and says that it was redriven from the topic, by partition of that.
  ///
  /// - Parameter targets: where a redrive may have published.
  func published(since moment: UnixTime, to targets: Set<String>) async throws
    -> [Int32: OffsetRanges]
  {
    // Clocks of brokers and of whoever was killed need not agree.
    let since = moment.advanced(byMilliseconds: -60_000).milliseconds
    var found: [Int32: OffsetRanges] = [:]
    for target in targets.sorted() {
      guard let ranges = try await scan.ranges(of: target, since: since) else { continue }
      try await scan.read(ranges) { message in
        if let mark = message.headers.text(RedriveMark.from).flatMap(RedriveMark.place),
          mark.topic == topic
        {
          found[mark.partition, default: OffsetRanges()].insert(mark.offset)
        }
        return true
      }
    }
    return found
  }

  private func taken(by other: RedriveClaim) -> DeadLetterError {
    .taken(
      topic: topic, actor: other.actor, since: UnixTime(other.startedAt),
      renewed: UnixTime(other.renewedAt))
  }

  private func message(_ key: String, _ value: some Message) throws -> KafkaProducerMessage {
    KafkaProducerMessage(topic: control, key: Array(key.utf8), value: try value.serializedBytes())
  }
}
