/// How many tokens a model reads in a text, without its tokenizer.
///
/// One token for four ASCII bytes, rounded up, and one for every other code point. It errs high for
/// most scripts; what the gateway's `usage` says corrects it. Given the bytes of a whole request
/// body it counts all that is sent, schema and roles too.
public enum InputEstimate {
  /// - Parameter bytes: UTF-8.
  public static func tokens(in bytes: some Sequence<UInt8>) -> Int {
    bytes.withContiguousStorageIfAvailable { tokens(inMemory: UnsafeRawBufferPointer($0)) }
      ?? Array(bytes).withUnsafeBytes(tokens(inMemory:))
  }

  /// Eight bytes at a time where all are ASCII, as most of a request is: this runs once a call, over all of it.
  private static func tokens(inMemory bytes: UnsafeRawBufferPointer) -> Int {
    var (ascii, others, index) = (0, 0, 0)
    while index < bytes.count {
      if index + 8 <= bytes.count,
        bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self) & 0x8080_8080_8080_8080 == 0
      {
        ascii += 8
        index += 8
        continue
      }
      if bytes[index] < 0x80 { ascii += 1 } else if bytes[index] >= 0xC0 { others += 1 }
      index += 1
    }
    return (ascii + 3) / 4 + others
  }
}
