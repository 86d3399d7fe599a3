import Kafka
import Synchronization
import WorkerRuntime

extension KafkaWorker {
  /// What one commit carries.
  struct Taken: Sendable {
    var positions: [TopicPartitionID: CommitPosition] = [:]
    var notes: [TopicPartitionID: String] = [:]
    var offsets: [CommittedOffset] = []
  }

  /// The positions that moved, and those whose note is a new one.
  func take(of topics: Set<String>?, noted: Bool) -> Taken {
    var taken = Taken()
    let all = core.withLock { core in
      taken.positions = core.commits(of: topics)
      return noted && notes != nil ? core.positions(of: topics) : taken.positions
    }
    for (partition, position) in all {
      let note = noted ? notes?.note(for: TopicPartition(partition)) : nil
      let isMoved = taken.positions[partition] != nil
      guard isMoved || noteBook.withLock({ $0.isNew(note, for: partition) }) else { continue }
      taken.notes[partition] = note
      taken.offsets.append(committed(partition, position, note: note))
    }
    return taken
  }

  /// Every position as it is, moved or not.
  func takeAll(of topics: Set<String>?) -> Taken {
    var taken = Taken()
    for (partition, position) in core.withLock({ $0.positions(of: topics) }) {
      let note = notes?.note(for: TopicPartition(partition))
      taken.notes[partition] = note
      taken.offsets.append(committed(partition, position, note: note))
    }
    return taken
  }

  /// Takes note that a broker has these.
  func acknowledge(_ notes: [TopicPartitionID: String]) {
    guard let keeper = self.notes else { return }
    for (partition, note) in notes {
      noteBook.withLock { $0.acknowledge(note, for: partition) }
      keeper.acknowledged(note, for: TopicPartition(partition))
    }
  }

  private func committed(
    _ partition: TopicPartitionID, _ position: CommitPosition, note: String?
  ) -> CommittedOffset {
    let completed =
      configuration.commitsCompleted ? position.completed?.text(above: position.offset) ?? "" : ""
    return CommittedOffset(
      partition: TopicPartition(partition), offset: position.offset,
      metadata: CommitMetadata.text(completed: completed, note: note))
  }
}
