/// How a model's limits are used by this worker and by the rest of the fleet.
struct LimitSettings: Sendable, Hashable {
  /// Which part of a model's limits this worker may use.
  enum Share: String, Sendable {
    /// Its partitions of kafka.topics.queries out of all of them.
    case partitions
    /// ``LimitSettings/fixedShare``.
    case fixed
    /// The whole.
    case all
  }

  let share: Share
  /// Percent, 1 to 100; counts with ``Share/fixed`` only.
  let fixedShare: Int
  /// For how much of the limit's time calls may run ahead of an even pace.
  let burst: Duration
  /// Percent, 0 to 100, of the limits that backfill leaves to the other lanes.
  let interactiveFloor: Int

  init(_ values: ConfigurationValues) {
    share = values.choice("limits.share")
    fixedShare = values.integer("limits.fixed_share")
    burst = values.duration("limits.burst")
    interactiveFloor = values.integer("limits.interactive_floor")
  }
}
