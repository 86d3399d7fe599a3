/// Which messages of a partition wait for each other.
public enum Ordering: String, CaseIterable, Sendable {
  /// Messages of one key run one at a time, in order; messages without a key wait for none.
  case key
  /// All messages of the partition run one job at a time, in order.
  case partition
  /// No message waits for another.
  case none
}
