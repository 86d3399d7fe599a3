import HighlightsProtocol
import Kafka
import LookupService
import SwiftProtobuf
import Synchronization

/// For which causes searches wait in workers, by what those say of themselves.
final class HoldBoard: Sendable {
  private struct Held {
    var partitions: Set<Int32>
    var hold: HoldStatus
    var at: ContinuousClock.Instant
  }

  private struct State {
    var workers: [String: [Held]] = [:]
    /// Of the topic of searches: the highest number that was seen, and one.
    var partitionCount: Int32 = 1
  }

  private let queries: String
  private let state = Mutex(State())
  private let onChange: @Sendable ([SearchHold]) -> Void

  /// Of a worker that is not heard for so long nothing is known.
  private static let life = Duration.seconds(60)

  /// - Parameter onChange: told of all holds, after each status.
  init(queries: String, onChange: @escaping @Sendable ([SearchHold]) -> Void) {
    self.queries = queries
    self.onChange = onChange
  }

  func take(_ status: WorkerStatus) {
    guard status.role == "summarize" else { return }
    let own = status.partitions.filter { $0.topic == queries }
    let held = Set(own.filter { $0.state == "held" }.map(\.partition))
    let now = ContinuousClock.now
    let holds: [SearchHold] = state.withLock { state in
      state.partitionCount = max(state.partitionCount, (own.map(\.partition).max() ?? 0) + 1)
      state.workers[status.worker] = status.holds.filter { $0.topic == queries }.map {
        Held(partitions: held, hold: $0, at: now)
      }
      state.workers = state.workers.compactMapValues { held in
        let heard = held.filter { $0.at + Self.life > now }
        return heard.isEmpty ? nil : heard
      }
      return state.workers.values.flatMap { $0 }.map { [count = state.partitionCount] held in
        SearchHold(
          reason: held.hold.reason,
          until: held.hold.hasUntil ? UnixTime(held.hold.until) : nil,
          isAffected: { key in
            held.partitions.contains(
              KafkaPartitioner.partition(forKey: Array(key.utf8), count: count))
          })
      }
    }
    onChange(holds)
  }
}
