import Foundation
import HighlightsProtocol
import Kafka
import SwiftProtobuf

/// Publishes what an operator switches. Everything returns once the broker has acknowledged it, or throws
/// `KafkaError`.
///
/// Records of one key stand in one partition, so that every reader ends with the same last word.
public struct ControlWriter: Sendable {
  private let producer: KafkaProducer
  private let topic: String

  public init(producer: KafkaProducer, topic: String) {
    self.producer = producer
    self.topic = topic
  }

  /// Pauses lanes or has them run again.
  ///
  /// - Throws: `KafkaError`; some of the lanes may be switched then.
  public func setPaused(_ paused: Bool, lanes: [String], reason: String) async throws {
    let messages = try lanes.map { lane in
      var change = LaneSwitch()
      change.lane = lane
      change.paused = paused
      change.changedAt = Google_Protobuf_Timestamp(date: Date())
      change.reason = reason
      return try message("\(ControlState.lanePrefix)\(lane)", change)
    }
    try await producer.send(messages)
  }

  /// Has look-ups read a variant, and searches that name none written as it.
  ///
  /// - Parameter name: empty for the default one.
  public func useVariant(_ name: String, reason: String, actor: String) async throws {
    precondition(name.isEmpty || VariantName.isValid(name), "the name was not checked: \(name)")
    var change = LiveVariant()
    change.variant = name
    change.changedAt = Google_Protobuf_Timestamp(date: Date())
    change.reason = reason
    change.actor = actor
    try await producer.send([message(ControlState.variantKey, change)])
  }

  /// Withdraws a highlight in all variants, or lifts that.
  ///
  /// - Parameters:
  ///   - epoch: the one after the last of the key: odd withdraws, even lifts.
  ///   - video: the video with which it is withdrawn or given back; empty where it is by itself.
  ///   - moment: `generated_at` of the highlight that goes with it; nil is now.
  public func setWithdrawal(
    key: String, epoch: UInt32, reason: String, actor: String, video: String = "",
    at moment: UnixTime? = nil
  ) async throws {
    try await setWithdrawals(
      [key: epoch], reason: reason, actor: actor, video: video, at: moment)
  }

  /// The same for many.
  ///
  /// - Parameter epochs: by key.
  /// - Throws: `KafkaError`; some of them may be switched then.
  public func setWithdrawals(
    _ epochs: [String: UInt32], reason: String, actor: String, video: String = "",
    at moment: UnixTime? = nil
  ) async throws {
    let changedAt = moment?.timestamp ?? Google_Protobuf_Timestamp(date: Date())
    let messages = try epochs.sorted { $0.key < $1.key }.map { key, epoch in
      precondition(epoch > 0, "epoch 0 is that of a key that was never withdrawn")
      var change = HighlightSwitch()
      change.key = key
      change.withdrawalEpoch = epoch
      change.changedAt = changedAt
      change.reason = reason
      change.actor = actor
      change.videoID = video
      return try message("\(ControlState.highlightPrefix)\(key)", change)
    }
    try await producer.send(messages)
  }

  /// Withdraws a video, or lifts that.
  public func setVideo(
    id: String, withdrawn: Bool, reason: String, actor: String
  ) async throws {
    var change = VideoSwitch()
    change.videoID = id
    change.withdrawn = withdrawn
    change.changedAt = Google_Protobuf_Timestamp(date: Date())
    change.reason = reason
    change.actor = actor
    try await producer.send([message("\(ControlState.videoPrefix)\(id)", change)])
  }

  private func message(_ key: String, _ change: some Message) throws -> KafkaProducerMessage {
    KafkaProducerMessage(topic: topic, key: Array(key.utf8), value: try change.serializedBytes())
  }
}
