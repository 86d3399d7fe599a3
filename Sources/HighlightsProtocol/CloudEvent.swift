/// The CloudEvents attributes of one record, in the Kafka binding's binary content mode.
///
/// Rule: CloudEvents 1.0.2, "Kafka Protocol Binding", section 3.2.
public struct CloudEvent: Sendable, Hashable {
  /// Identifies the event within its source, so that a repeated one can be recognised.
  public var id: String
  /// What kind of event, such as "highlights.v1.SearchQuery".
  public var type: String
  /// Where it comes from: a URI reference, such as "/highlights/summarizer".
  public var source: String
  public var time: UnixTime
  public var format: MessageFormat

  public init(
    id: String, type: String, source: String, time: UnixTime, format: MessageFormat = .protobuf
  ) {
    self.id = id
    self.type = type
    self.source = source
    self.time = time
    self.format = format
  }

  /// The record headers, names and UTF-8 values, in a fixed order.
  public var headers: [(String, [UInt8])] {
    [
      (HeaderName.eventSpecVersion, "1.0"),
      (HeaderName.eventID, id),
      (HeaderName.eventType, type),
      (HeaderName.eventSource, source),
      (HeaderName.eventTime, time.description),
      (HeaderName.contentType, format.contentType),
    ].map { ($0.0, Array($0.1.utf8)) }
  }
}
