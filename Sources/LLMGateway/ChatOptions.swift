/// What a call is made for, beside what is asked.
public struct ChatOptions: Sendable {
  /// No call is made, waited for or retried past it.
  public var deadline: ContinuousClock.Instant?
  public var lane: CallLane
  /// Whose limits and budget it uses; nil where they are not shared out by partitions.
  public var owner: CallOwner?
  /// Calls of one class have replies of similar length, such as those of one prompt in one language.
  public var outputClass: String
  /// The model to ask, of the deployments there are the first that has it; nil for the preferred one. Those that come
  /// after that stand in for it as for the preferred.
  public var model: String?
  /// Says what is wrong with a reply's content, for the model to mend it once; nil when nothing is.
  public var complaint: (@Sendable (_ content: String) -> String?)?

  public init(
    deadline: ContinuousClock.Instant? = nil, lane: CallLane = .interactive,
    owner: CallOwner? = nil, outputClass: String = "", model: String? = nil,
    complaint: (@Sendable (_ content: String) -> String?)? = nil
  ) {
    self.deadline = deadline
    self.lane = lane
    self.owner = owner
    self.outputClass = outputClass
    self.model = model
    self.complaint = complaint
  }
}

/// The partition whose message makes a call, and how many there are.
public struct CallOwner: Sendable, Hashable {
  public let partition: Int32
  public let count: Int32

  public init(partition: Int32, of count: Int32) {
    self.partition = partition
    self.count = count
  }
}
