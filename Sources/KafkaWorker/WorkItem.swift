import Kafka
import WorkerRuntime

/// A message to handle, as it was first consumed.
struct WorkItem: Sendable {
  let record: KafkaRecord
  /// Set for one that waited in a retry topic.
  let retry: RetryHeaders?

  init(_ record: KafkaRecord) {
    retry = RetryHeaders(record.headers)
    self.record = retry?.original(of: record) ?? record
  }

  /// Tries that failed.
  var attempts: Int { retry?.attempts ?? 0 }

  var origin: PendingRetries.Origin {
    PendingRetries.Origin(partition: TopicPartitionID(record.partition), offset: record.offset)
  }
}

extension KafkaRecord {
  /// The same with these headers in place of those of their names.
  func carrying(_ headers: [KafkaHeader]) -> KafkaRecord {
    guard !headers.isEmpty else { return self }
    var record = self
    record.headers.removeAll { own in headers.contains { $0.name == own.name } }
    record.headers += headers
    return record
  }

  /// What it takes in memory, roughly.
  var size: Int {
    var size = 192 + (key?.count ?? 0) + (value?.count ?? 0)
    for header in headers { size += 64 + header.name.utf8.count + header.value.count }
    return size
  }
}
