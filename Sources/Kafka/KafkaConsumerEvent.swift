/// What a ``KafkaConsumer`` tells its reader, in order.
public enum KafkaConsumerEvent: Sendable {
  case messages(KafkaMessageBatch)
  /// The group gave these partitions. With deferred rebalancing nothing is read from them until
  /// ``KafkaConsumer/accept(_:)``.
  case assigned([TopicPartition])
  /// The group takes these back. With deferred rebalancing they stay this member's until
  /// ``KafkaConsumer/giveUp(_:)``: drain and commit first. `lost` means they are another's already:
  /// nothing may be committed.
  case revoked([TopicPartition], lost: Bool)
  /// One partition cannot be read, for instance because its offset is out of range.
  case partitionFailed(TopicPartition, KafkaError)
  /// The client as a whole is in trouble; it goes on trying unless `fatal`.
  case failed(KafkaError, fatal: Bool)
}
