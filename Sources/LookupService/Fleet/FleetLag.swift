/// How far a group has come in a partition.
public struct FleetLag: Sendable, Hashable {
  public var topic: String
  public var partition: Int32
  /// The offset of the next message to read; nil where the group has committed nothing.
  public var committed: Int64?
  /// The oldest offset that is still there.
  public var begin: Int64
  /// The one after the newest.
  public var end: Int64

  public init(topic: String, partition: Int32, committed: Int64?, begin: Int64, end: Int64) {
    self.topic = topic
    self.partition = partition
    self.committed = committed
    self.begin = begin
    self.end = end
  }

  /// Messages below the end that the group has not committed. What was completed out of order above that counts too.
  var messages: Int64 {
    let (count, overflow) = end.subtractingReportingOverflow(max(committed ?? begin, begin))
    return overflow ? 0 : FleetWords.units(count)
  }
}
