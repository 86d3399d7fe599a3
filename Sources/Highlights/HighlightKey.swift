import Crypto

/// What equal searches share: the record key of a query and of its highlight.
///
/// The first 16 bytes of SHA-256 over the normalised text in UTF-8, the byte 0x1F, and the
/// canonical locale, as 32 lower-case hexadecimal characters. Normalised text holds no control
/// character, so no two pairs of text and locale are the same input.
public struct HighlightKey: Sendable, Hashable, Comparable, CustomStringConvertible {
  /// 32 lower-case hexadecimal characters.
  public let description: String

  /// The record key: the characters of ``description`` as bytes.
  public var bytes: [UInt8] { Array(description.utf8) }

  public init(text: NormalizedText, locale: LanguageTag) {
    let input = Array(text.description.utf8) + [0x1F] + Array(locale.description.utf8)
    description = Digest.hex(SHA256.hash(data: input).prefix(16))
  }

  /// Reads a key as written by ``description``; nil when it is not one.
  public init?(_ description: String) {
    guard description.utf8.count == 32,
      description.utf8.allSatisfy({
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
          || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains($0)
      })
    else { return nil }
    self.description = description
  }

  public static func < (left: HighlightKey, right: HighlightKey) -> Bool {
    left.description < right.description
  }
}
