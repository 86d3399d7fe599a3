import HighlightsProtocol

/// What decides which of two records of one key and variant a store keeps.
public struct HighlightVersion: Sendable, Hashable {
  /// How often the key was withdrawn or that was lifted: odd while it is withdrawn, even otherwise.
  public var withdrawalEpoch: UInt32
  public var generatedAt: UnixTime
  public var position: RecordPosition

  public init(withdrawalEpoch: UInt32, generatedAt: UnixTime, position: RecordPosition) {
    self.withdrawalEpoch = withdrawalEpoch
    self.generatedAt = generatedAt
    self.position = position
  }

  public var isWithdrawn: Bool { !withdrawalEpoch.isMultiple(of: 2) }

  /// The epoch that a highlight counts as.
  ///
  /// Where status and epoch contradict each other the status decides: a withdrawal counts as the odd epoch that
  /// begins with its own, so that one without an epoch counts as 1, and everything else as the even one that its own
  /// follows, so that what was written without regard to a withdrawal loses to it.
  public static func withdrawalEpoch(of highlight: Highlight) -> UInt32 {
    withdrawalEpoch(highlight.withdrawalEpoch, isWithdrawn: highlight.status == .withdrawn)
  }

  /// The epoch that counts: odd when it is withdrawn, even otherwise, whatever the message says.
  public static func withdrawalEpoch(_ epoch: UInt32, isWithdrawn: Bool) -> UInt32 {
    isWithdrawn ? epoch | 1 : epoch & ~1
  }
}

/// The one rule by which a record replaces another of the same key and variant.
///
/// It is a total order over versions, so stores that saw the same records in any order, or some of
/// them twice, end up equal. The higher epoch of withdrawal wins, so that a withdrawal beats everything that was
/// written before it was lifted, whenever that comes; then the later `generated_at`, then the later offset. The
/// partition and topic only make the order total where offsets cannot be compared.
public enum Precedence {
  public enum Verdict: Sendable, Hashable {
    case replaces
    /// It is the very record that is stored, delivered again.
    case isStored
    case loses
  }

  public static func verdict(
    on incoming: HighlightVersion, against stored: HighlightVersion
  ) -> Verdict {
    if incoming.withdrawalEpoch != stored.withdrawalEpoch {
      return incoming.withdrawalEpoch > stored.withdrawalEpoch ? .replaces : .loses
    }
    if incoming.generatedAt != stored.generatedAt {
      return incoming.generatedAt > stored.generatedAt ? .replaces : .loses
    }
    let (new, old) = (incoming.position, stored.position)
    if new == old { return .isStored }
    return (new.offset, new.partition, new.topic) > (old.offset, old.partition, old.topic)
      ? .replaces : .loses
  }
}
