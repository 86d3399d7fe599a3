import Foundation
import HighlightsProtocol
import Kafka
import Logging
import ServiceLifecycle
import SwiftProtobuf
import Synchronization

/// Publishes every few seconds how this worker is, and once more when it stops.
///
/// What cannot be published is not kept: the next status says more. A worker neither fails nor waits by it.
final class FleetReporter: Service {
  private struct State: Sendable {
    var writer: StatusWriter
    /// Whether a status waits for its acknowledgement: with the broker away one stands in the producer's queue, not a
    /// heap of them.
    var isSending = false
    var isFailing = false
  }

  /// How long the last status may take to be handed to the producer.
  private static let lastWord = Duration.seconds(2)

  private let topic: String
  private let producer: KafkaProducer
  private let interval: Duration
  private let state: Mutex<State>
  private let figures: @Sendable () -> FleetFigures
  private let say: @Sendable (String) -> Void

  /// - Parameters:
  ///   - producer: Shut down by its owner after this has ended, which delivers the last status.
  ///   - figures: Asked for each status; must return at once.
  ///   - say: Told once when statuses begin to fail, and once when they go through again.
  init(
    topic: String, producer: KafkaProducer, writer: StatusWriter,
    interval: Duration = .seconds(5), figures: @escaping @Sendable () -> FleetFigures,
    say: @escaping @Sendable (String) -> Void = { Logger(label: "fleet").warning("\($0)") }
  ) {
    self.topic = topic
    self.producer = producer
    self.interval = interval
    state = Mutex(State(writer: writer))
    self.figures = figures
    self.say = say
  }

  func run() async throws {
    await cancelWhenGracefulShutdown {
      while !Task.isCancelled {
        self.publish()
        try? await Task.sleep(for: self.interval)
      }
    }
    await publishLast()
  }

  /// Sends a status unless the one before is still on its way; returns at once.
  private func publish() {
    let isFree = state.withLock { state in
      defer { state.isSending = true }
      return !state.isSending
    }
    guard isFree else { return }
    Task {
      do {
        try await producer.send([message()])
        sent(nil)
      } catch {
        sent(error)
      }
    }
  }

  private func sent(_ error: (any Error)?) {
    let wasFailing = state.withLock { state in
      defer { state.isFailing = error != nil }
      state.isSending = false
      return state.isFailing
    }
    if let error, !wasFailing {
      say("\(topic) takes no word of this worker, which works on unseen: \(error)")
    } else if error == nil, wasFailing {
      say("\(topic) hears of this worker again")
    }
  }

  /// Hands the last status to the producer, unless that takes too long.
  private func publishLast() async {
    let (end, ended) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingOldest(1))
    Task {
      _ = try? await producer.enqueue([message()])
      ended.finish()
    }
    let timer = Task {
      try? await Task.sleep(for: Self.lastWord)
      ended.finish()
    }
    // In a task that was cancelled this ends at once.
    for await _ in end {}
    timer.cancel()
  }

  private func message() throws -> KafkaProducerMessage {
    let figures = figures()
    let now = UnixTime.now
    let status = state.withLock { $0.writer.status(of: figures, at: now) }
    return KafkaProducerMessage(
      topic: topic, key: Array(status.worker.utf8), value: try MessageCodec().encode(status))
  }
}
