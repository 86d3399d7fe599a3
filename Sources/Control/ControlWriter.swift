import Foundation
import HighlightsProtocol
import Kafka
import SwiftProtobuf

/// Publishes what an operator switches.
public struct ControlWriter: Sendable {
  private let producer: KafkaProducer
  private let topic: String

  public init(producer: KafkaProducer, topic: String) {
    self.producer = producer
    self.topic = topic
  }

  /// Pauses lanes or has them run again; returns once the broker has acknowledged it.
  ///
  /// - Throws: `KafkaError`; some of the lanes may be switched then.
  public func setPaused(_ paused: Bool, lanes: [String], reason: String) async throws {
    let messages = try lanes.map { lane in
      var change = LaneSwitch()
      change.lane = lane
      change.paused = paused
      change.changedAt = Google_Protobuf_Timestamp(date: Date())
      change.reason = reason
      return KafkaProducerMessage(
        topic: topic, key: Array("\(ControlState.lanePrefix)\(lane)".utf8),
        value: try change.serializedBytes())
    }
    try await producer.send(messages)
  }
}
