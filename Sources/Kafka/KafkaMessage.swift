import CRDKafka
import Synchronization

/// Messages as librdkafka delivered them, not copied: they live as long as this batch, and with them the
/// fetch buffer they came in. Whoever keeps a message for long takes a ``KafkaMessage/copy()``.
///
/// `@unchecked Sendable`: the pointers are set once and only read; librdkafka allows a message to be read
/// and destroyed on any thread. Reading headers parses them in place the first time, so that is locked.
public final class KafkaMessageBatch: @unchecked Sendable {
  private let pointers: UnsafeMutableBufferPointer<UnsafeMutablePointer<rd_kafka_message_t>?>
  private let headerLock = Mutex(())

  init(taking source: UnsafeBufferPointer<UnsafeMutablePointer<rd_kafka_message_t>?>) {
    pointers = .allocate(capacity: source.count)
    _ = pointers.initialize(from: source)
  }

  deinit {
    for pointer in pointers { rd_kafka_message_destroy(pointer) }
    pointers.deallocate()
  }

  fileprivate func pointer(_ index: Int) -> UnsafeMutablePointer<rd_kafka_message_t> {
    pointers[index]!
  }

  fileprivate func headers(_ index: Int) -> [KafkaHeader] {
    headerLock.withLock { _ in
      var list: OpaquePointer?
      guard rd_kafka_message_headers(pointer(index), &list) == RD_KAFKA_RESP_ERR_NO_ERROR else {
        return []
      }
      var headers: [KafkaHeader] = []
      var name: UnsafePointer<CChar>?
      var value: UnsafeRawPointer?
      var size = 0
      while rd_kafka_header_get_all(list, headers.count, &name, &value, &size)
        == RD_KAFKA_RESP_ERR_NO_ERROR
      {
        headers.append(
          KafkaHeader(
            String(cString: name!), [UInt8](UnsafeRawBufferPointer(start: value, count: size))))
      }
      return headers
    }
  }
}

extension KafkaMessageBatch: RandomAccessCollection {
  public var startIndex: Int { 0 }
  public var endIndex: Int { pointers.count }
  public subscript(index: Int) -> KafkaMessage { KafkaMessage(batch: self, index: index) }
}

/// A view of one message in its ``KafkaMessageBatch``.
public struct KafkaMessage: Sendable {
  let batch: KafkaMessageBatch
  let index: Int

  private var raw: UnsafeMutablePointer<rd_kafka_message_t> { batch.pointer(index) }

  public var partition: TopicPartition {
    TopicPartition(topic: topic, partition: raw.pointee.partition)
  }
  public var topic: String { String(cString: rd_kafka_topic_name(raw.pointee.rkt)) }
  public var partitionNumber: Int32 { raw.pointee.partition }
  public var offset: Int64 { raw.pointee.offset }
  /// Milliseconds since 1970, or nil where the message has none.
  public var timestamp: Int64? {
    var kind = RD_KAFKA_TIMESTAMP_NOT_AVAILABLE
    let time = rd_kafka_message_timestamp(raw, &kind)
    return kind == RD_KAFKA_TIMESTAMP_NOT_AVAILABLE ? nil : time
  }
  public var valueSize: Int { raw.pointee.payload == nil ? 0 : raw.pointee.len }

  /// A copy of the key; nil where the message has none.
  public var key: [UInt8]? {
    raw.pointee.key.map { [UInt8](UnsafeRawBufferPointer(start: $0, count: raw.pointee.key_len)) }
  }
  /// A copy of the value; nil for a tombstone.
  public var value: [UInt8]? {
    raw.pointee.payload.map { [UInt8](UnsafeRawBufferPointer(start: $0, count: raw.pointee.len)) }
  }
  public var headers: [KafkaHeader] { batch.headers(index) }

  /// The value in place, without a copy; empty for a tombstone.
  public func withValue<T>(_ body: (UnsafeRawBufferPointer) throws -> T) rethrows -> T {
    let raw = raw.pointee
    return try withExtendedLifetime(batch) {
      try body(
        UnsafeRawBufferPointer(start: raw.payload, count: raw.payload == nil ? 0 : raw.len))
    }
  }

  /// The message with memory of its own.
  public func copy() -> KafkaRecord {
    KafkaRecord(
      partition: partition, offset: offset, timestamp: timestamp, key: key, value: value,
      headers: headers)
  }
}

/// A consumed message that owns its bytes.
public struct KafkaRecord: Hashable, Sendable {
  public var partition: TopicPartition
  public var offset: Int64
  /// Milliseconds since 1970.
  public var timestamp: Int64?
  public var key: [UInt8]?
  public var value: [UInt8]?
  public var headers: [KafkaHeader]

  public init(
    partition: TopicPartition, offset: Int64, timestamp: Int64? = nil, key: [UInt8]?,
    value: [UInt8]?, headers: [KafkaHeader] = []
  ) {
    self.partition = partition
    self.offset = offset
    self.timestamp = timestamp
    self.key = key
    self.value = value
    self.headers = headers
  }
}
