/// What became of the dead letters that a redrive was asked for.
public struct RedriveCounts: Sendable, Hashable, Codable {
  /// Those that the filter names.
  public var matched = 0
  /// Published again before, by this or an earlier run.
  public var alreadyRedriven = 0
  /// Their key has a highlight that was generated after they were published: it is newer, so it stays.
  public var answeredSince = 0
  /// Cut to fit their topic: what is left of them is not the message.
  public var cut = 0
  /// Without word of where they came from, or from a topic that no worker reads.
  public var withoutOrigin = 0
  /// Of those to redrive: nobody waits for them any more, so they will end as expired.
  public var pastDeadline = 0
  /// What remains to publish, or to have been published.
  public var chosen = 0
  public var redriven = 0
  /// Refused by the broker, such as too large ones.
  public var refused = 0
  /// Deleted by retention or a purge since they were counted.
  public var vanished = 0

  public init() {}
}
