/// What operators have switched, as far as look-ups need to know: see `Protocols/highlights/v1/control.proto`.
public struct LookupSwitches: Sendable, Hashable {
  /// The variant that look-ups read which name none; the default one's is empty.
  public var liveVariant: String
  /// Withdrawal epochs by highlight key: odd while it is withdrawn. Keys that never were are left out.
  public var epochs: [String: UInt32]
  /// Ids of videos that are withdrawn.
  public var withdrawnVideos: Set<String>

  public init(
    liveVariant: String = "", epochs: [String: UInt32] = [:], withdrawnVideos: Set<String> = []
  ) {
    self.liveVariant = liveVariant
    self.epochs = epochs
    self.withdrawnVideos = withdrawnVideos
  }
}
