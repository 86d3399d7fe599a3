import HighlightsProtocol
import SwiftProtobuf

/// What `search.control` says of the redrives of one topic of dead letters, as far as it was read.
struct RedriveState: Sendable, Equatable {
  /// A run that was not heard of for so long is taken for dead.
  static let patience: Duration = .seconds(30)

  let topic: String
  /// The claim in force, or the last one.
  private(set) var claim: RedriveClaim?
  /// Offsets that were published again, by partition.
  private(set) var redriven: [Int32: OffsetRanges] = [:]

  init(topic: String) { self.topic = topic }

  static func claimKey(_ topic: String) -> String { "redrive/\(topic)" }

  /// A topic's name holds no slash, so this is no claim of another topic.
  static func progressKey(_ topic: String, _ partition: Int32) -> String {
    "redrive/\(topic)/\(partition)"
  }

  /// Takes a record; those of other keys, without a value, or that cannot be read change nothing.
  mutating func apply(key: String, value: [UInt8]?) {
    guard let value, key.hasPrefix(Self.claimKey(topic)) else { return }
    if key == Self.claimKey(topic) {
      if let next = try? RedriveClaim(serializedBytes: value) { apply(next) }
    } else if let progress = try? RedriveProgress(serializedBytes: value),
      key == Self.progressKey(topic, progress.partition),
      let offsets = OffsetRanges(runs: progress.runs)
    {
      redriven[progress.partition] = offsets
    }
  }

  /// Of two claims the first one counts until it ends or is no longer renewed: everybody who reads them in their order
  /// comes to the same end, so of two who begin at once one gives way.
  private mutating func apply(_ next: RedriveClaim) {
    if let claim, claim.run != next.run, claim.isRunning(at: UnixTime(next.renewedAt)) { return }
    claim = next
  }
}

extension RedriveClaim {
  func isRunning(at moment: UnixTime) -> Bool {
    let silence = moment.milliseconds - UnixTime(renewedAt).milliseconds
    return status == .running && silence <= Int64(RedriveState.patience / .milliseconds(1))
  }

  /// Since when something may have been published that is not recorded; nil once all is.
  var gap: UnixTime? { status == .done ? nil : UnixTime(unrecordedSince) }
}
