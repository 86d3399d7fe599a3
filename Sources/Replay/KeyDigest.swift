import Highlights

/// A highlight key as the 16 bytes that it is.
struct KeyDigest: Hashable, Sendable, Comparable {
  let high: UInt64
  let low: UInt64

  /// Reads a record key as ``HighlightKey`` writes it, 32 lower-case hexadecimal characters; nil when it is none.
  init?(_ key: some Collection<UInt8>) {
    guard key.count == 32 else { return nil }
    var (high, low): (UInt64, UInt64) = (0, 0)
    for byte in key {
      let digit: UInt8
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = byte - UInt8(ascii: "0")
      case UInt8(ascii: "a")...UInt8(ascii: "f"): digit = byte - UInt8(ascii: "a") + 10
      default: return nil
      }
      high = high << 4 | low >> 60
      low = low << 4 | UInt64(digit)
    }
    self.init(high: high, low: low)
  }

  init(_ key: HighlightKey) { self = KeyDigest(key.description.utf8)! }

  private init(high: UInt64, low: UInt64) {
    self.high = high
    self.low = low
  }

  static func < (left: Self, right: Self) -> Bool {
    left.high != right.high ? left.high < right.high : left.low < right.low
  }

  // MARK: 16 bytes, most significant first

  var bytes: [UInt8] {
    [high, low].flatMap { word in withUnsafeBytes(of: word.bigEndian) { Array($0) } }
  }

  /// Keys end to end; nil when the bytes do not come out even.
  static func all(in bytes: some Collection<UInt8>) -> [KeyDigest]? {
    guard bytes.count.isMultiple(of: 16) else { return nil }
    var keys: [KeyDigest] = []
    keys.reserveCapacity(bytes.count / 16)
    var (high, low, count): (UInt64, UInt64, Int) = (0, 0, 0)
    for byte in bytes {
      high = high << 8 | low >> 56
      low = low << 8 | UInt64(byte)
      count += 1
      guard count == 16 else { continue }
      keys.append(KeyDigest(high: high, low: low))
      (high, low, count) = (0, 0, 0)
    }
    return keys
  }
}
