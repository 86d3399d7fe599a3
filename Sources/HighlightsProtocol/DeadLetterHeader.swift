/// Headers of a dead letter, under Spring for Apache Kafka's names, which redrive tools read.
///
/// Spring writes texts as UTF-8, the partition as a big-endian 32-bit integer, offset and
/// timestamp as big-endian 64-bit integers (`KafkaHeaders.DLT_*`, `DeadLetterPublishingRecoverer`).
public enum DeadLetterHeader {
  public static let originalTopic = "kafka_dlt-original-topic"
  public static let originalPartition = "kafka_dlt-original-partition"
  public static let originalOffset = "kafka_dlt-original-offset"
  /// Milliseconds since 1970.
  public static let originalTimestamp = "kafka_dlt-original-timestamp"
  public static let originalConsumerGroup = "kafka_dlt-original-consumer-group"
  /// In Java a class name; here the stable name of the error.
  public static let exceptionName = "kafka_dlt-exception-fqcn"
  /// What a person should know about the error.
  public static let exceptionMessage = "kafka_dlt-exception-message"
}
