import CRDKafka
import Glibc

/// Owns a `rd_kafka_topic_partition_list_t`.
///
/// Bind it with `let` before its `pointer` is passed on: the binding lives to the end of its scope, a temporary
/// only until the pointer is read.
struct PartitionList: ~Copyable {
  let pointer: UnsafeMutablePointer<rd_kafka_topic_partition_list_t>

  init(capacity: Int) {
    pointer = rd_kafka_topic_partition_list_new(Int32(capacity))
  }

  init(_ partitions: some Collection<TopicPartition>) {
    self.init(capacity: partitions.count)
    for partition in partitions { add(partition) }
  }

  init(_ offsets: some Collection<(TopicPartition, KafkaOffset)>) {
    self.init(capacity: offsets.count)
    for (partition, offset) in offsets { add(partition).pointee.offset = offset.rawOffset }
  }

  deinit { rd_kafka_topic_partition_list_destroy(pointer) }

  @discardableResult
  func add(_ partition: TopicPartition) -> UnsafeMutablePointer<rd_kafka_topic_partition_t> {
    rd_kafka_topic_partition_list_add(pointer, partition.topic, partition.partition)
  }

  /// Adds an offset to commit; librdkafka frees the metadata with the list, so it is copied with malloc.
  func add(committing offset: CommittedOffset) {
    let element = add(offset.partition)
    element.pointee.offset = offset.offset ?? KafkaOffset.invalid
    if !offset.metadata.isEmpty {
      var text = offset.metadata
      text.withUTF8 { bytes in
        guard let copy = malloc(bytes.count) else { return }
        memcpy(copy, bytes.baseAddress!, bytes.count)
        element.pointee.metadata = copy
        element.pointee.metadata_size = bytes.count
      }
    }
  }

  func read() -> [CommittedOffset] { Self.read(pointer) }

  /// The first error any of the partitions carries.
  var firstError: KafkaError? { Self.firstError(pointer) }

  static func firstError(
    _ list: UnsafePointer<rd_kafka_topic_partition_list_t>?
  ) -> KafkaError? {
    guard let list = list?.pointee else { return nil }
    for index in 0..<Int(list.cnt) {
      let element = list.elems[index]
      if element.err != RD_KAFKA_RESP_ERR_NO_ERROR {
        return KafkaError(element.err, "\(String(cString: element.topic))[\(element.partition)]")
      }
    }
    return nil
  }

  static func read(
    _ list: UnsafePointer<rd_kafka_topic_partition_list_t>?
  ) -> [CommittedOffset] {
    guard let list = list?.pointee else { return [] }
    return (0..<Int(list.cnt)).map { index in
      let element = list.elems[index]
      let metadata = element.metadata.map {
        String(
          decoding: UnsafeRawBufferPointer(start: $0, count: element.metadata_size), as: UTF8.self)
      }
      return CommittedOffset(
        partition: TopicPartition(
          topic: String(cString: element.topic), partition: element.partition),
        offset: element.offset >= 0 ? element.offset : nil, metadata: metadata ?? "")
    }
  }
}

extension KafkaOffset {
  // RD_KAFKA_OFFSET_*: librdkafka's logical offsets; macros that Swift does not import.
  static let invalid: Int64 = -1001

  var rawOffset: Int64 {
    switch self {
    case .beginning: -2
    case .end: -1
    case .committed: -1000
    case .at(let offset): offset
    }
  }
}
