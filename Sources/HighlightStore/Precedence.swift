import HighlightsProtocol

/// What decides which of two records of one key and variant a store keeps.
public struct HighlightVersion: Sendable, Hashable {
  public var isWithdrawn: Bool
  public var generatedAt: UnixTime
  public var position: RecordPosition

  public init(isWithdrawn: Bool, generatedAt: UnixTime, position: RecordPosition) {
    self.isWithdrawn = isWithdrawn
    self.generatedAt = generatedAt
    self.position = position
  }
}

/// The one rule by which a record replaces another of the same key and variant.
///
/// It is a total order over versions, so stores that saw the same records in any order, or some of
/// them twice, end up equal. A withdrawal beats everything else, then the later `generated_at`
/// wins, then the later offset. The partition and topic only make the order total where offsets
/// cannot be compared.
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
    if incoming.isWithdrawn != stored.isWithdrawn {
      return incoming.isWithdrawn ? .replaces : .loses
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
