/// How a message is written as bytes, as its `content-type` header says.
public enum MessageFormat: Sendable, Hashable, CaseIterable {
  /// Binary protobuf, the default on the wire.
  case protobuf
  /// Protobuf's own JSON mapping, so that `kcat` and `curl` can write messages.
  case json

  /// The media type written into the `content-type` header.
  public var contentType: String {
    switch self {
    case .protobuf: "application/protobuf"
    case .json: "application/json"
    }
  }

  /// Reads a `content-type` header; absent or empty means binary protobuf.
  ///
  /// Parameters such as `; charset=utf-8` and letter case do not matter (RFC 9110, 8.3.1).
  /// - Throws: ``MessageError/unsupportedContentType(_:)``.
  public init(contentType: String?) throws(MessageError) {
    let value = contentType ?? ""
    let mediaType = value.prefix { $0 != ";" }.lowercased().filter { !$0.isWhitespace }
    switch mediaType {
    case "", "application/protobuf", "application/x-protobuf", "application/octet-stream":
      self = .protobuf
    case "application/json":
      self = .json
    default:
      throw .unsupportedContentType(MessageError.bounded(value))
    }
  }
}
