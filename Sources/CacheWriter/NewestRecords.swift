import HighlightStore
import Kafka

/// What a batch leaves to be written: one record for each key and variant, the one that wins over the others.
struct NewestRecords {
  /// What a batch holds of one key and variant.
  struct Entry {
    /// Wins over the others by `Precedence`.
    fileprivate(set) var newest: HighlightRecord
    /// The one that compaction would keep.
    fileprivate(set) var last: KafkaRecord

    /// The winner to publish behind the last record, which lost to it, so that compaction keeps it; once, however many
    /// records lost.
    ///
    /// Nil where the last record won itself, or compaction keeps the winner anyway, as in another partition.
    ///
    /// - Parameter result: what the store made of `newest`.
    func republished(_ result: ApplyResult) -> KafkaProducerMessage? {
      let winner =
        switch result {
        case .stored: StoredHighlight(version: newest.version, payload: newest.payload)
        case .refused(let stored): stored
        }
      let position = winner.version.position
      guard position.topic == last.partition.topic,
        position.partition == last.partition.partition, position.offset < last.offset
      else { return nil }
      return KafkaProducerMessage(
        topic: position.topic, partition: position.partition, key: last.key,
        value: Array(winner.payload), headers: [.protobuf])
    }
  }

  /// Keys as bytes: Swift takes some texts for equal that stores tell apart.
  private struct Place: Hashable {
    let key: [UInt8]
    let variant: String
  }

  private(set) var entries: [Entry] = []
  private var indices: [Place: Int] = [:]

  /// Takes the records of a batch in the order of their offsets.
  mutating func add(_ record: HighlightRecord, from source: KafkaRecord) {
    let place = Place(key: Array(record.key.utf8), variant: record.variant)
    guard let index = indices[place] else {
      indices[place] = entries.count
      return entries.append(Entry(newest: record, last: source))
    }
    entries[index].last = source
    let verdict = Precedence.verdict(on: record.version, against: entries[index].newest.version)
    if verdict == .replaces { entries[index].newest = record }
  }
}
