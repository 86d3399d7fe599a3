/// Headers of a record that waits in a retry topic, under Spring for Apache Kafka's names.
///
/// Spring writes attempts as a big-endian 32-bit integer and both timestamps, in milliseconds
/// since 1970, as the shortest big-endian two's complement (`RetryTopicHeaders`).
public enum RetryHeader {
  /// How often it was tried, counting from 1.
  public static let attempts = "retry_topic-attempts"
  /// Not to be tried before then.
  public static let backoffTimestamp = "retry_topic-backoff-timestamp"
  /// When the first record was written.
  public static let originalTimestamp = "retry_topic-original-timestamp"
}
