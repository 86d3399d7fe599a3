import HighlightStore
import Kafka

/// Why a store could not be rebuilt. What was applied stays, and a rebuild from what is applied goes on from there.
public enum RebuildError: Error, CustomStringConvertible {
  /// The broker has no such topic.
  case topicMissing(String)
  case kafka(KafkaError)
  /// What the store threw, a `StoreError` most often.
  case store(any Error)
  /// Nothing came from these partitions for that long; `applied` is the offset each has come to, `end` where it ends.
  case stalled([TopicPartition: (applied: Int64, end: Int64)], after: Duration)

  public var description: String {
    switch self {
    case .topicMissing(let topic): "Rebuild: there is no topic \(topic) to rebuild from."
    case .kafka(let error): "Rebuild: \(error)"
    case .store(let error): "Rebuild: \(error)"
    case .stalled(let partitions, let duration):
      "Rebuild: nothing came for \(duration) from \(Self.list(partitions)); is the broker there?"
    }
  }

  private static func list(
    _ partitions: [TopicPartition: (applied: Int64, end: Int64)]
  ) -> String {
    let names = partitions.map { "\($0) (at \($1.applied) of \($1.end))" }.sorted()
    let rest = names.count > 10 ? " and \(names.count - 10) more" : ""
    return names.prefix(10).joined(separator: ", ") + rest
  }
}
