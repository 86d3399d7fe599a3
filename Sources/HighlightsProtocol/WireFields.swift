/// The fields of one message in binary protobuf, in the order in which every protobuf library writes them.
///
/// What may be written in other ways too is taken for unusual, and left to a decoder that knows them all: fields out of
/// order, groups, a field that may come once coming again.
struct WireFields {
  /// The bytes are no message, or one that is written in an unusual way.
  struct Unusual: Error {}

  enum Kind: UInt64 {
    case varint = 0
    case fixed64 = 1
    case bytes = 2
    case fixed32 = 5
  }

  private let message: UnsafeRawBufferPointer
  private var place = 0
  /// The number of the field that was read last.
  private(set) var number: UInt64 = 0
  /// Whether it has the number of the one before.
  private(set) var isRepeated = false
  private(set) var kind = Kind.varint
  /// The value of a varint.
  private(set) var value: UInt64 = 0
  /// What a field of bytes holds.
  private(set) var bytes: UnsafeRawBufferPointer

  /// - Parameter message: Must outlive this value.
  init(_ message: UnsafeRawBufferPointer) {
    self.message = message
    bytes = UnsafeRawBufferPointer(rebasing: message[..<0])
  }

  /// Reads the next field; false at the end.
  mutating func next() throws(Unusual) -> Bool {
    guard place < message.count else { return false }
    let tag = try varint()
    guard tag >> 3 >= number, tag >> 3 > 0, tag <= UInt64(UInt32.max),
      let kind = Kind(rawValue: tag & 7)
    else { throw Unusual() }
    isRepeated = tag >> 3 == number
    number = tag >> 3
    self.kind = kind
    switch kind {
    case .varint: value = try varint()
    case .fixed64: try skip(8)
    case .fixed32: try skip(4)
    case .bytes:
      let count = try varint()
      guard count <= UInt64(message.count - place) else { throw Unusual() }
      bytes = UnsafeRawBufferPointer(rebasing: message[place..<place + Int(count)])
      place += Int(count)
    }
    return true
  }

  private mutating func skip(_ count: Int) throws(Unusual) {
    guard count <= message.count - place else { throw Unusual() }
    place += count
  }

  private mutating func varint() throws(Unusual) -> UInt64 {
    var value: UInt64 = 0
    var shift: UInt64 = 0
    while place < message.count, shift < 64 {
      let byte = message[place]
      place += 1
      value |= UInt64(byte & 0x7F) << shift
      if byte < 0x80 { return value }
      shift += 7
    }
    throw Unusual()
  }
}
