import Kafka

/// Why a replay cannot be begun, or ended early.
public enum ReplayError: Error, Sendable, CustomStringConvertible {
  /// A range, a filter or an option that cannot be; says what is allowed.
  case invalid(what: String, value: String, allowed: String)
  case topicMissing(String)
  case kafka(KafkaError)
  /// Nothing came from these partitions for that long.
  case stalled(topic: String, partitions: [Int32], after: Duration)
  case unknownJob(String)
  case finishedJob(String, status: String)
  /// Somebody works on it, and told so that long ago.
  case busyJob(String, runner: String, heardOf: Duration, limit: Duration)
  /// Another process has taken it over.
  case takenOver(String, by: String)
  /// What the store threw.
  case store(any Error)

  public var description: String {
    switch self {
    case .invalid(let what, let value, let allowed): "\(what) \(value): allowed: \(allowed)"
    case .topicMissing(let topic):
      "topic \(topic) is not there; highlights topics apply creates it"
    case .kafka(let error): "\(error)"
    case .stalled(let topic, let partitions, let duration):
      "nothing came for \(duration) from \(topic), partitions "
        + partitions.sorted().prefix(10).map { "\($0)" }.joined(separator: ", ")
    case .unknownJob(let id):
      "there is no replay \(id); highlights replay --list names those that are"
    case .finishedJob(let id, let status):
      "replay \(id) is \(status): there is nothing to go on with"
    case .busyJob(let id, let runner, let heardOf, let limit):
      "replay \(id) runs in \(runner), heard of \(heardOf.wholeSeconds) s ago; it can be taken over when nothing was "
        + "heard for \(limit.wholeSeconds) s"
    case .takenOver(let id, let runner): "replay \(id) was taken over by \(runner)"
    case .store(let error): "\(error)"
    }
  }
}

extension Duration {
  var wholeSeconds: Int64 { components.seconds }

  /// Seconds, with their fraction.
  var inSeconds: Double { self / .seconds(1) }
}
