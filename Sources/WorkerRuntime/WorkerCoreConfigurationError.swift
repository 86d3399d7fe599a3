/// A bound of `WorkerCoreConfiguration` that cannot work.
public enum WorkerCoreConfigurationError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The settings an error can name, as the configuration spells them.
  public enum Setting: String, Sendable {
    case maxInFlight, maxInFlightPerPartition, pauseAbove, resumeAtOrBelow, maxBatch, maxSpan
    case maxBufferedBytes, reserved
    /// Of one lane below the least, of all lanes together above the most.
    case laneShare
  }

  /// The value is below the least that makes sense.
  case tooSmall(Setting, value: Int, least: Int)
  /// The value is above what can work.
  case tooLarge(Setting, value: Int, most: Int)
  /// The value is above what another setting leaves room for.
  case exceeds(Setting, value: Int, Setting, most: Int)
  /// A job of several messages needs `Ordering.partition`.
  case batchNeedsPartitionOrdering(maxBatch: Int, ordering: Ordering)

  public var description: String {
    switch self {
    case .tooSmall(let setting, let value, let least):
      "\(setting.rawValue) is \(value); set it to \(least) or more"
    case .tooLarge(let setting, let value, let most):
      "\(setting.rawValue) is \(value); set it to \(most) or less"
    case .exceeds(let setting, let value, let other, let most):
      "\(setting.rawValue) is \(value); with this \(other.rawValue) it can be at most \(most): "
        + "lower it, or raise \(other.rawValue)"
    case .batchNeedsPartitionOrdering(let maxBatch, let ordering):
      "maxBatch is \(maxBatch) with ordering '\(ordering.rawValue)'; set maxBatch to 1, "
        + "or ordering to 'partition'"
    }
  }
}
