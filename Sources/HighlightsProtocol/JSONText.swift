/// A JSON object as it is written, in protobuf's JSON mapping.
struct JSONText {
  private(set) var bytes: [UInt8] = []

  init(capacity: Int) {
    bytes.reserveCapacity(capacity)
  }

  mutating func open(_ bracket: Unicode.Scalar) { bytes.append(UInt8(ascii: bracket)) }
  mutating func close(_ bracket: Unicode.Scalar) { bytes.append(UInt8(ascii: bracket)) }

  /// Begins the next member of an object. Where one has begun only just, its bracket was written last: every value ends
  /// in another byte.
  mutating func name(_ name: StaticString) {
    if bytes.last != UInt8(ascii: "{") { bytes.append(UInt8(ascii: ",")) }
    quote { $0.text(name) }
    bytes.append(UInt8(ascii: ":"))
  }

  /// Takes back the end of the array that was written last, for one more element.
  mutating func reopenArray() {
    bytes[bytes.count - 1] = UInt8(ascii: ",")
  }

  mutating func text(_ text: StaticString) {
    bytes.append(
      contentsOf: UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
  }

  /// Writes quotes around what needs no escape.
  mutating func quote(_ write: (inout JSONText) -> Void) {
    bytes.append(UInt8(ascii: "\""))
    write(&self)
    bytes.append(UInt8(ascii: "\""))
  }

  mutating func number(_ value: UInt64) {
    var (width, rest) = (1, value)
    while rest >= 10 {
      width += 1
      rest /= 10
    }
    digits(value, width: width)
  }

  /// RFC 3339 in UTC, with milliseconds where there are any.
  mutating func time(_ time: UnixTime) {
    let parts = time.parts
    for (number, width, before) in [
      (parts.year, 4, nil), (parts.month, 2, "-"), (parts.day, 2, "-"), (parts.hour, 2, "T"),
      (parts.minute, 2, ":"), (parts.second, 2, ":"),
    ] as [(Int64, Int, Unicode.Scalar?)] {
      if let before { bytes.append(UInt8(ascii: before)) }
      digits(UInt64(number), width: width)
    }
    if parts.millisecond > 0 {
      bytes.append(UInt8(ascii: "."))
      digits(UInt64(parts.millisecond), width: 3)
    }
    bytes.append(UInt8(ascii: "Z"))
  }

  /// Writes a number with zeros before it; `width` is at least as many digits as it has.
  private mutating func digits(_ value: UInt64, width: Int) {
    bytes.append(contentsOf: repeatElement(UInt8(ascii: "0"), count: width))
    var (place, rest) = (bytes.count, value)
    while rest > 0 {
      place -= 1
      bytes[place] = UInt8(ascii: "0") + UInt8(rest % 10)
      rest /= 10
    }
  }

  /// Writes a string.
  ///
  /// - Throws: ``WireFields/Unusual`` where it is no UTF-8, or holds one of the control characters from 127 to 159, which
  ///   are escaped too.
  mutating func string(_ text: UnsafeRawBufferPointer) throws(WireFields.Unusual) {
    bytes.append(UInt8(ascii: "\""))
    var start = 0
    var isASCII = true
    for (index, byte) in text.enumerated() {
      switch byte {
      case 0..<0x20, UInt8(ascii: "\""), UInt8(ascii: "\\"):
        bytes.append(contentsOf: text[start..<index])
        escape(byte)
        start = index + 1
      case 0x20..<0x7F: break
      case 0x7F: throw WireFields.Unusual()
      case 0xC2 where index + 1 < text.count && text[index + 1] < 0xA0: throw WireFields.Unusual()
      default: isASCII = false
      }
    }
    bytes.append(contentsOf: text[start...])
    bytes.append(UInt8(ascii: "\""))
    guard isASCII || String(validating: text, as: UTF8.self) != nil else {
      throw WireFields.Unusual()
    }
  }

  private mutating func escape(_ byte: UInt8) {
    let letter: Unicode.Scalar? =
      switch byte {
      case 0x08: "b"
      case 0x09: "t"
      case 0x0A: "n"
      case 0x0C: "f"
      case 0x0D: "r"
      case UInt8(ascii: "\""): "\""
      case UInt8(ascii: "\\"): "\\"
      default: nil
      }
    bytes.append(UInt8(ascii: "\\"))
    if let letter { return bytes.append(UInt8(ascii: letter)) }
    bytes.append(contentsOf: [UInt8(ascii: "u"), UInt8(ascii: "0"), UInt8(ascii: "0")])
    for digit in [byte >> 4, byte & 15] {
      bytes.append(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "A") - 10 + digit)
    }
  }
}
