import Kafka
import KafkaWorker
import LLMGateway
import WorkerRuntime

/// Keeps what each partition spent of a budget with its committed offset.
public struct BudgetNotes: CommitNotes {
  private let budget: BudgetKeeper

  public init(_ budget: BudgetKeeper) { self.budget = budget }

  public func note(for partition: TopicPartition) -> String? {
    budget.note(for: partition.partition)
  }

  public func restore(_ note: CommitMetadata.Note, for partition: TopicPartition) {
    switch note {
    case .none: budget.open(partition.partition, note: nil, isTrusted: true)
    case .text(let text): budget.open(partition.partition, note: text, isTrusted: true)
    case .damaged: budget.open(partition.partition, note: nil, isTrusted: false)
    }
  }

  public func acknowledged(_ note: String, for partition: TopicPartition) {
    budget.acknowledged(note, for: partition.partition)
  }

  public func release(_ partitions: [TopicPartition]) {
    budget.release(partitions.map(\.partition))
  }
}
