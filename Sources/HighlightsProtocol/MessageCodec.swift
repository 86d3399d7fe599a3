import SwiftProtobuf

/// Reads and writes our messages as bytes, by content type.
public struct MessageCodec: Sendable {
  /// How deep messages may nest before reading gives up, against stack exhaustion.
  ///
  /// Ours nest three deep; JSON's unknown objects count too.
  public var messageDepthLimit: Int

  public init(messageDepthLimit: Int = 32) {
    self.messageDepthLimit = messageDepthLimit
  }

  /// Reads one message; unknown fields are kept in binary and ignored in JSON.
  ///
  /// - Parameter contentType: The value of the `content-type` header, nil when there is none.
  /// - Throws: ``MessageError/unsupportedContentType(_:)`` or
  ///   ``MessageError/malformed(message:contentType:why:)``.
  public func decode<M: Message>(
    _ type: M.Type = M.self, from bytes: some SwiftProtobufContiguousBytes, contentType: String?
  ) throws(MessageError) -> M {
    let format = try MessageFormat(contentType: contentType)
    do {
      switch format {
      case .protobuf:
        var options = BinaryDecodingOptions()
        options.messageDepthLimit = messageDepthLimit
        return try M(serializedBytes: bytes, options: options)
      case .json:
        var options = JSONDecodingOptions()
        options.messageDepthLimit = messageDepthLimit
        options.ignoreUnknownFields = true
        return try M(jsonUTF8Bytes: bytes, options: options)
      }
    } catch {
      throw .malformed(
        message: M.protoMessageName, contentType: format.contentType,
        why: MessageError.bounded(String(describing: error)))
    }
  }

  /// Writes one message.
  ///
  /// - Throws: ``MessageError/unencodable(message:contentType:why:)``.
  public func encode<M: Message>(
    _ message: M, as format: MessageFormat = .protobuf
  ) throws(MessageError) -> [UInt8] {
    do {
      switch format {
      case .protobuf: return try message.serializedBytes()
      case .json: return try message.jsonUTF8Bytes()
      }
    } catch {
      throw .unencodable(
        message: M.protoMessageName, contentType: format.contentType,
        why: MessageError.bounded(String(describing: error)))
    }
  }
}
