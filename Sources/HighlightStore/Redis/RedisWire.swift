import CHiredis
import Glibc
import NIOCore

/// One command and its arguments, which may hold any bytes.
struct RedisCommand: Sendable {
  private(set) var bytes: [UInt8] = []
  private(set) var lengths: [Int] = []

  init(_ words: String...) {
    for word in words { add(word) }
  }

  mutating func add(_ text: String) {
    let before = bytes.count
    bytes.append(contentsOf: text.utf8)
    lengths.append(bytes.count - before)
  }

  mutating func add(_ argument: [UInt8]) {
    bytes.append(contentsOf: argument)
    lengths.append(argument.count)
  }

  /// Appends the command as the server reads it.
  func write(to buffer: inout ByteBuffer) {
    var target: UnsafeMutablePointer<CChar>?
    let length = bytes.withUnsafeBytes { bytes in
      var start = 0
      var arguments: [UnsafePointer<CChar>?] = lengths.map { length in
        defer { start += length }
        // An empty argument has no bytes to point to; it is not read, but must not be null.
        guard length > 0 else { return Self.nothing }
        return bytes.baseAddress?.advanced(by: start).assumingMemoryBound(to: CChar.self)
      }
      return redisFormatCommandArgv(&target, Int32(lengths.count), &arguments, lengths)
    }
    // It fails for want of memory alone, of which Swift makes an end of the process too.
    guard length >= 0, let target else { fatalError("no memory for a command of Redis") }
    buffer.writeBytes(UnsafeRawBufferPointer(start: target, count: Int(length)))
    free(target)
  }

  /// Where an empty argument points. Safe from any thread: it is made once, never written and never freed, and nobody
  /// reads it, as the length beside it is 0.
  private nonisolated(unsafe) static let nothing = UnsafePointer<CChar>(
    UnsafeMutablePointer<CChar>.allocate(capacity: 1))
}

/// What the server answered to one command.
enum RedisReply: Sendable, Hashable {
  case status(String)
  case error(String)
  case integer(Int64)
  case bytes([UInt8])
  case null
  case array([RedisReply])
}

/// The bytes are no replies of a Redis server.
struct RedisProtocolError: Error, CustomStringConvertible {
  let description: String
}

/// Makes replies of the bytes that arrive. It has one owner, and is used on that one's event loop only.
struct RedisReplyReader: ~Copyable {
  /// A reply is read as a whole; the largest sensible one is the highlights' keys of one SCAN.
  static let maximumUnread = 64 << 20

  private let reader: UnsafeMutablePointer<redisReader>

  init() {
    guard let reader = redisReaderCreate() else { fatalError("no memory for a reader of Redis") }
    self.reader = reader
  }

  deinit { redisReaderFree(reader) }

  mutating func feed(_ buffer: ByteBuffer) throws(RedisProtocolError) {
    guard reader.pointee.len - reader.pointee.pos + buffer.readableBytes <= Self.maximumUnread
    else {
      throw RedisProtocolError(
        description: "a reply of more than \(Self.maximumUnread) bytes is not read")
    }
    let result = buffer.withUnsafeReadableBytes { bytes in
      redisReaderFeed(
        reader, bytes.baseAddress?.assumingMemoryBound(to: CChar.self), bytes.count)
    }
    guard result == REDIS_OK else { throw problem }
  }

  /// The next reply; nil when it has not arrived as a whole.
  mutating func next() throws(RedisProtocolError) -> RedisReply? {
    var reply: UnsafeMutableRawPointer?
    guard redisReaderGetReply(reader, &reply) == REDIS_OK else { throw problem }
    guard let reply else { return nil }
    defer { freeReplyObject(reply) }
    return RedisReply(reply.assumingMemoryBound(to: redisReply.self).pointee)
  }

  private var problem: RedisProtocolError {
    var text = reader.pointee.errstr
    return withUnsafeBytes(of: &text) {
      RedisProtocolError(description: String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self))
    }
  }
}

extension RedisReply {
  fileprivate init(_ reply: redisReply) {
    let bytes = UnsafeRawBufferPointer(start: reply.str, count: reply.str == nil ? 0 : reply.len)
    switch reply.type {
    case REDIS_REPLY_STATUS: self = .status(String(decoding: bytes, as: UTF8.self))
    case REDIS_REPLY_ERROR: self = .error(String(decoding: bytes, as: UTF8.self))
    case REDIS_REPLY_INTEGER: self = .integer(reply.integer)
    case REDIS_REPLY_STRING: self = .bytes(Array(bytes))
    case REDIS_REPLY_ARRAY:
      self = .array(
        (0..<reply.elements).map { reply.element[$0].map { .init($0.pointee) } ?? .null })
    default: self = .null
    }
  }
}
