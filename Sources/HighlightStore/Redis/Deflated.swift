import CZlib
import Foundation

/// Bytes made smaller by zlib, after their length in four bytes.
struct Deflated: Sendable, Hashable {
  /// No highlight is that large; what claims to be is damaged.
  static let maximumLength = 16 << 20

  let bytes: [UInt8]

  /// Nil when it does not save an eighth, for which reading it would be dearer than keeping it.
  init?(_ data: Data) {
    guard data.count <= Self.maximumLength else { return nil }
    var length = compressBound(uLong(data.count))
    var bytes = [UInt8](repeating: 0, count: 4 + Int(length))
    let result = bytes.withUnsafeMutableBytes { target in
      target.storeBytes(of: UInt32(data.count).bigEndian, as: UInt32.self)
      return data.withUnsafeBytes { source in
        compress2(
          target.baseAddress?.advanced(by: 4).assumingMemoryBound(to: UInt8.self), &length,
          source.baseAddress?.assumingMemoryBound(to: UInt8.self), uLong(source.count),
          Z_BEST_SPEED)
      }
    }
    let total = 4 + Int(length)
    guard result == Z_OK, total <= data.count - data.count / 8 else { return nil }
    bytes.removeLast(bytes.count - total)
    self.bytes = bytes
  }

  /// What the bytes were made of; nil when they are damaged.
  static func inflate(_ bytes: ArraySlice<UInt8>) -> Data? {
    guard bytes.count >= 4 else { return nil }
    return bytes.withUnsafeBytes { source in
      let claimed = Int(UInt32(bigEndian: source.loadUnaligned(as: UInt32.self)))
      guard claimed <= maximumLength else { return nil }
      var data = Data(count: claimed)
      var length = uLong(claimed)
      let result = data.withUnsafeMutableBytes { target in
        uncompress(
          target.baseAddress?.assumingMemoryBound(to: UInt8.self), &length,
          source.baseAddress?.advanced(by: 4).assumingMemoryBound(to: UInt8.self),
          uLong(source.count - 4))
      }
      return result == Z_OK && Int(length) == claimed ? data : nil
    }
  }
}
