import Kafka
import WorkerRuntime

/// A few words that a role keeps with the committed offset of a partition, such as what it spent of a budget.
///
/// They need no other server, move with the partition, and are as durable as the group's offsets: whoever resets
/// those by hand resets these.
public protocol CommitNotes: Sendable {
  /// The note to commit, at most ``CommitMetadata/longestNote`` bytes of printable ASCII without "|"; nil for none.
  ///
  /// Called on the consumer's thread immediately before the commit is sent; must return at once.
  func note(for partition: TopicPartition) -> String?

  /// A partition begins, with the note that its last commit left.
  func restore(_ note: CommitMetadata.Note, for partition: TopicPartition)

  /// The broker took a commit with this note.
  func acknowledged(_ note: String, for partition: TopicPartition)

  /// A partition ends here: drained and committed, or lost. Its next owner may have it already.
  func release(_ partitions: [TopicPartition])
}

/// The notes last acknowledged, so that only a change makes a commit of its own.
struct NoteBook: Sendable {
  private var acknowledged: [TopicPartitionID: String] = [:]

  func isNew(_ note: String?, for partition: TopicPartitionID) -> Bool {
    note != nil && acknowledged[partition] != note
  }

  mutating func acknowledge(_ note: String, for partition: TopicPartitionID) {
    acknowledged[partition] = note
  }

  mutating func forget(_ partitions: [TopicPartitionID]) {
    for partition in partitions { acknowledged[partition] = nil }
  }
}
