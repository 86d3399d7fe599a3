/// Keys in flight across the topics that share a partition number: a key's messages run one at a time whichever of
/// them they come from.
///
/// Order between topics is not kept; a key's message in a topic of higher priority does not wait behind one that has
/// not begun.
struct KeyGate: Sendable {
  struct Key: Hashable {
    let partition: Int32
    let bytes: [UInt8]
  }

  struct Waiting {
    let epoch: Int
    let offset: Int64
  }

  /// What waits for each key in flight.
  private var waiting: [Key: [Waiting]] = [:]

  /// Returns true if the key is free, and takes it; else has the message wait.
  mutating func enter(_ key: Key, epoch: Int, offset: Int64) -> Bool {
    if waiting[key]?.append(Waiting(epoch: epoch, offset: offset)) != nil { return false }
    waiting[key] = []
    return true
  }

  /// Frees the key and returns what waited for it.
  mutating func leave(_ key: Key) -> [Waiting] { waiting.removeValue(forKey: key) ?? [] }
}
