import Foundation
import HighlightsProtocol
import SwiftProtobuf

/// What a Redis store keeps under a key: what it sorts by, then the payload.
///
///     layout 1 | encoding 1 | expires at 8 | length of topic 2
///     | withdrawal epoch 4 | generated at 8 | offset 8 | partition 4 | topic | payload
///
/// Numbers are big-endian, signed ones with the sign turned, so that the bytes of the second line, the *rank*, are ordered as
/// `Precedence` orders versions. The server compares them as bytes: its numbers are doubles, which do not tell
/// offsets above 2^53 apart.
struct RedisValue: Sendable, Hashable {
  static let layout: UInt8 = 2
  /// What stands before the topic.
  static let head = 36

  /// How the payload is written.
  enum Encoding: UInt8 {
    case plain = 0
    case deflated = 1
  }

  var version: HighlightVersion
  var expiresAt: UnixTime?
  var payload: Data

  init(_ record: HighlightRecord) {
    version = record.version
    expiresAt = record.expiresAt
    payload = record.payload
  }

  /// Takes apart what the server holds.
  ///
  /// - Throws: What is the matter with it.
  init(_ bytes: [UInt8]) throws(Damage) {
    guard let layout = bytes.first else { throw .damaged }
    guard layout == Self.layout else {
      throw layout < Self.layout ? .olderLayout : .unknownLayout
    }
    guard bytes.count >= Self.head else { throw .damaged }
    guard let encoding = Encoding(rawValue: bytes[1]) else { throw .unknownLayout }
    let length = Int(bytes.number(UInt16.self, at: 10))
    guard bytes.count >= Self.head + length,
      let topic = String(validating: bytes[Self.head..<Self.head + length], as: UTF8.self)
    else { throw .damaged }
    let expires = Int64(sortable: bytes.number(UInt64.self, at: 2))
    expiresAt = expires == .max ? nil : UnixTime(milliseconds: expires)
    version = HighlightVersion(
      withdrawalEpoch: bytes.number(UInt32.self, at: 12),
      generatedAt: UnixTime(milliseconds: Int64(sortable: bytes.number(UInt64.self, at: 16))),
      position: RecordPosition(
        topic: topic, partition: Int32(sortable: bytes.number(UInt32.self, at: 32)),
        offset: Int64(sortable: bytes.number(UInt64.self, at: 24))))
    let rest = bytes[(Self.head + length)...]
    switch encoding {
    case .plain: payload = Data(rest)
    case .deflated:
      guard let inflated = Deflated.inflate(rest) else { throw .damaged }
      payload = inflated
    }
  }

  /// What the server is to hold.
  ///
  /// - Parameter size: From how many bytes on a payload is compressed, where that makes it smaller.
  func bytes(compressingFrom size: Int) -> [UInt8] {
    let deflated = payload.count >= size ? Deflated(payload) : nil
    // Kafka's topics have at most 249 bytes.
    let topic = version.position.topic.utf8.prefix(Int(UInt16.max))
    var bytes: [UInt8] = []
    bytes.reserveCapacity(Self.head + topic.count + (deflated?.bytes.count ?? payload.count))
    bytes.append(Self.layout)
    bytes.append((deflated == nil ? Encoding.plain : .deflated).rawValue)
    bytes.append(number: (expiresAt?.milliseconds ?? .max).sortable)
    bytes.append(number: UInt16(topic.count))
    bytes.append(number: version.withdrawalEpoch)
    bytes.append(number: version.generatedAt.milliseconds.sortable)
    bytes.append(number: version.position.offset.sortable)
    bytes.append(number: version.position.partition.sortable)
    bytes.append(contentsOf: topic)
    if let deflated {
      bytes.append(contentsOf: deflated.bytes)
    } else {
      bytes.append(contentsOf: payload)
    }
    return bytes
  }

  /// Whether it may be shown; withdrawals do not expire.
  func isCurrent(at moment: UnixTime) -> Bool {
    version.isWithdrawn || expiresAt.map { $0 > moment } ?? true
  }

  func highlight() throws -> Highlight {
    try Highlight(serializedBytes: payload)
  }

  enum Damage: Error {
    case damaged
    case olderLayout
    /// Of a version that is not known here.
    case unknownLayout
  }
}

extension Int64 {
  /// Ordered as unsigned as the number is as signed.
  fileprivate var sortable: UInt64 { UInt64(bitPattern: self) ^ (1 << 63) }
  fileprivate init(sortable: UInt64) { self.init(bitPattern: sortable ^ (1 << 63)) }
}

extension Int32 {
  fileprivate var sortable: UInt32 { UInt32(bitPattern: self) ^ (1 << 31) }
  fileprivate init(sortable: UInt32) { self.init(bitPattern: sortable ^ (1 << 31)) }
}

extension [UInt8] {
  fileprivate mutating func append(number: some FixedWidthInteger) {
    Swift.withUnsafeBytes(of: number.bigEndian) { append(contentsOf: $0) }
  }

  fileprivate func number<Number: FixedWidthInteger>(_: Number.Type, at index: Int) -> Number {
    withUnsafeBytes { Number(bigEndian: $0.loadUnaligned(fromByteOffset: index, as: Number.self)) }
  }
}
