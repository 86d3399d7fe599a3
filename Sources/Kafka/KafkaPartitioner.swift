/// Java's default partitioner, so that any room can tell on which partition a key belongs.
public enum KafkaPartitioner {
  /// The partition of a key that has one, as `murmur2_random` and Java's `DefaultPartitioner` place it.
  public static func partition(forKey key: some Collection<UInt8>, count: Int32) -> Int32 {
    precondition(count > 0, "a topic has at least one partition")
    return Int32(bitPattern: murmur2(key) & 0x7fff_ffff) % count
  }

  /// MurmurHash2 with the seed of `org.apache.kafka.common.utils.Utils.murmur2`.
  static func murmur2(_ bytes: some Collection<UInt8>) -> UInt32 {
    let multiplier: UInt32 = 0x5bd1_e995
    let bytes = ContiguousArray(bytes)
    var hash: UInt32 = 0x9747_b28c ^ UInt32(truncatingIfNeeded: bytes.count)
    var index = 0
    while index + 4 <= bytes.count {
      var word =
        UInt32(bytes[index]) | UInt32(bytes[index + 1]) << 8
        | UInt32(bytes[index + 2]) << 16 | UInt32(bytes[index + 3]) << 24
      word = word &* multiplier
      word ^= word >> 24
      hash = hash &* multiplier ^ (word &* multiplier)
      index += 4
    }
    let rest = bytes.count - index
    if rest >= 3 { hash ^= UInt32(bytes[index + 2]) << 16 }
    if rest >= 2 { hash ^= UInt32(bytes[index + 1]) << 8 }
    if rest >= 1 { hash = (hash ^ UInt32(bytes[index])) &* multiplier }
    hash ^= hash >> 13
    hash = hash &* multiplier
    return hash ^ hash >> 15
  }
}
