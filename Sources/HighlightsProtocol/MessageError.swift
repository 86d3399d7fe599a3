/// Why bytes are not one of our messages, or a message cannot be written as bytes.
public enum MessageError: Error, Sendable, Hashable, CustomStringConvertible {
  /// The `content-type` header names a format that is not read here.
  case unsupportedContentType(String)
  /// The bytes are not that message in that format.
  case malformed(message: String, contentType: String, why: String)
  /// The message holds a value its format cannot express, such as a time after the year 9999.
  case unencodable(message: String, contentType: String, why: String)

  /// A stable word for headers, metrics and outcomes.
  public var reason: String {
    switch self {
    case .unsupportedContentType: "unsupported_content_type"
    case .malformed: "malformed_message"
    case .unencodable: "unencodable_message"
    }
  }

  public var description: String {
    switch self {
    case .unsupportedContentType(let value):
      "content-type \"\(value)\" is not read here; send application/protobuf or application/json"
    case .malformed(let message, let contentType, let why):
      "the bytes are not a \(message) in \(contentType): \(why)"
    case .unencodable(let message, let contentType, let why):
      "the \(message) cannot be written as \(contentType): \(why)"
    }
  }

  /// At most 200 characters of text that may come from a stranger.
  static func bounded(_ text: String) -> String {
    text.unicodeScalars.count <= 200
      ? text : String(String.UnicodeScalarView(text.unicodeScalars.prefix(199))) + "…"
  }
}
