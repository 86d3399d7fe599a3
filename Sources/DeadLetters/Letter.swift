import HighlightsProtocol
import Kafka
import KafkaWorker

/// A dead letter as it stands in its topic: what died, of what, and where it came from.
public struct Letter: Sendable, Hashable {
  /// Where the message was first consumed.
  public struct Origin: Sendable, Hashable {
    public let topic: String
    public let partition: Int32
    public let offset: Int64
    /// Milliseconds since 1970; nil where it had none.
    public let timestamp: Int64?
  }

  public let record: KafkaRecord
  /// A stable word, such as `malformed_message`; empty where no header says.
  public let reason: String
  public let detail: String
  /// Nil where the headers do not tell: it was not written by a worker.
  public let origin: Origin?
  /// Tries that failed.
  public let attempts: Int
  /// The size of the value before it was cut to fit; nil for a whole one.
  public let truncatedFrom: Int?

  public init(_ record: KafkaRecord) {
    self.record = record
    let headers = record.headers
    reason = headers.text(DeadLetter.exceptionName) ?? ""
    detail = headers.text(DeadLetter.exceptionMessage) ?? ""
    attempts = Int(headers.number(DeadLetter.attempts, as: Int32.self) ?? 0)
    truncatedFrom = headers.text(DeadLetter.truncatedFrom).map { Int($0) ?? 0 }
    if let topic = headers.text(DeadLetter.originalTopic), !topic.isEmpty,
      let partition = headers.number(DeadLetter.originalPartition, as: Int32.self),
      let offset = headers.number(DeadLetter.originalOffset, as: Int64.self)
    {
      let timestamp = headers.number(DeadLetter.originalTimestamp, as: Int64.self)
      origin = Origin(
        topic: topic, partition: partition, offset: offset,
        timestamp: timestamp.flatMap { $0 < 0 ? nil : $0 })
    } else {
      origin = nil
    }
  }

  public var partition: Int32 { record.partition.partition }
  public var offset: Int64 { record.offset }
  /// When it was given up, in milliseconds since 1970.
  public var diedAt: Int64? { record.timestamp }
  /// When the search was published, as far as that is known. What was generated later is newer than it.
  var publishedAt: Int64? { origin?.timestamp ?? record.timestamp }

  /// The search; nil where the bytes are none.
  public var search: SearchQuery? {
    try? MessageCodec().decode(
      from: record.value ?? [], contentType: record.headers.text(HeaderName.contentType))
  }

  public var trace: TraceParent? {
    record.headers.text(HeaderName.traceParent).flatMap(TraceParent.init)
  }
}

extension [KafkaHeader] {
  /// A big-endian number, as Spring writes them; nil when absent or of another size.
  func number<T: FixedWidthInteger>(_ name: String, as type: T.Type) -> T? {
    guard let bytes = last(where: { $0.name == name })?.value, bytes.count == T.bitWidth / 8 else {
      return nil
    }
    return bytes.reduce(0) { $0 << 8 | T($1) }
  }
}
