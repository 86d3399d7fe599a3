import Crypto

/// SHA-256 in lower-case hexadecimal.
enum Digest {
  static func hex(_ bytes: some Sequence<UInt8>) -> String {
    let digits = Array("0123456789abcdef".utf8)
    return String(
      decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
  }

  static func sha256(_ text: String) -> String {
    hex(SHA256.hash(data: Array(text.utf8)))
  }
}
