import FoundationEssentials

// The text that travels as a commit's metadata, five fields apart by ";":
//   1 ; committed offset ; timestamp of the last completed record ; what is complete ; checksum
// What is complete is "r" and run lengths (incomplete, complete, in turn, as LEB128; the first may be 0) or "b" and a
// bitmap (bit 0 of the first byte is the committed offset), whichever is shorter, in base64.

extension CompletedOffsets {
  /// Most offsets from the watermark to the last one dispatched: a bitmap of as many fits the metadata.
  public static let maxSpan = 20_000

  /// What Apache Kafka's brokers keep (`offset.metadata.max.bytes`), less what a note may take beside it.
  static let maxText = 4_096 - CommitMetadata.longestNote - 16

  /// The text for a commit of `base`; empty when it would not fit, which ``maxSpan`` rules out.
  public func text(above base: Int64) -> String {
    guard ranges[0].lowerBound >= base, last - base < Self.maxSpan else { return "" }
    let (runs, bitmap) = (runs(above: base), bitmap(above: base))
    let shorter = runs.count <= bitmap.count ? ("r", runs) : ("b", bitmap)
    let words = "1;\(base);\(timestamp);\(shorter.0)\(Data(shorter.1).base64EncodedString())"
    let text = "\(words);\(Self.checksum(words))"
    return text.utf8.count <= Self.maxText ? text : ""
  }

  /// Reads what `text(above:)` wrote for a commit of `base`.
  ///
  /// - Returns: nil for an empty text: nothing is complete above.
  /// - Throws: ``CompletedOffsetsError`` for what is damaged, of another version or of another commit.
  public static func read(_ text: String, above base: Int64) throws(CompletedOffsetsError) -> Self?
  {
    guard !text.isEmpty else { return nil }
    guard text.utf8.count <= maxText else { throw .damaged("longer than \(maxText) bytes") }
    let fields = text.split(separator: ";", omittingEmptySubsequences: false)
    guard fields.first == "1" else { throw .unknownFormat(String(text.prefix(20))) }
    guard fields.count == 5 else { throw .damaged("\(fields.count) fields instead of 5") }
    guard fields[4] == checksum(fields[..<4].joined(separator: ";")) else {
      throw .damaged("its checksum is not its own")
    }
    guard Int64(fields[1]) == base else { throw .otherCommit(String(fields[1]), committed: base) }
    guard let timestamp = Int64(fields[2]),
      let bytes = Data(base64Encoded: String(fields[3].dropFirst()))
    else { throw .damaged("no timestamp or no base64") }
    let ranges: [Range<Int64>]
    switch fields[3].first {
    case "r": ranges = try read(runs: bytes, above: base)
    case "b": ranges = try read(bitmap: bytes, above: base)
    default: throw .unknownFormat(String(fields[3].prefix(1)))
    }
    guard let completed = CompletedOffsets(ranges, timestamp: timestamp),
      completed.last - base < Int64(maxSpan)
    else { throw .damaged("nothing is complete, or too much") }
    return completed
  }

  private func runs(above base: Int64) -> [UInt8] {
    var bytes: [UInt8] = []
    var end = base
    for range in ranges {
      for length in [range.lowerBound - end, Int64(range.count)] {
        var rest = UInt64(length)
        while rest >= 0x80 {
          bytes.append(UInt8(rest & 0x7F) | 0x80)
          rest >>= 7
        }
        bytes.append(UInt8(rest))
      }
      end = range.upperBound
    }
    return bytes
  }

  private static func read(
    runs bytes: Data, above base: Int64
  ) throws(CompletedOffsetsError) -> [Range<Int64>] {
    var lengths: [Int64] = []
    var (length, shift) = (Int64(0), 0)
    for byte in bytes {
      // Three groups of seven bits hold more than `maxSpan`.
      guard shift <= 14 else { throw .damaged("a run is too long") }
      length |= Int64(byte & 0x7F) << shift
      shift += 7
      if byte & 0x80 == 0 {
        lengths.append(length)
        (length, shift) = (0, 0)
      }
    }
    guard shift == 0, lengths.count.isMultiple(of: 2), !lengths.dropFirst().contains(0) else {
      throw .damaged("its runs do not end, or one is empty")
    }
    var ranges: [Range<Int64>] = []
    var end = base
    for index in stride(from: 0, to: lengths.count, by: 2) {
      let start = end + lengths[index]
      end = start + lengths[index + 1]
      ranges.append(start..<end)
    }
    return ranges
  }

  private func bitmap(above base: Int64) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: Int(last - base) / 8 + 1)
    for range in ranges {
      for offset in range {
        let bit = Int(offset - base)
        bytes[bit / 8] |= 1 << UInt8(bit % 8)
      }
    }
    return bytes
  }

  private static func read(
    bitmap bytes: Data, above base: Int64
  ) throws(CompletedOffsetsError) -> [Range<Int64>] {
    var ranges: [Range<Int64>] = []
    for (index, byte) in bytes.enumerated() where byte != 0 {
      for bit in 0..<8 where byte & (1 << UInt8(bit)) != 0 {
        let offset = base + Int64(index * 8 + bit)
        if let last = ranges.last, last.upperBound == offset {
          ranges[ranges.count - 1] = last.lowerBound..<(offset + 1)
        } else {
          ranges.append(offset..<(offset + 1))
        }
      }
    }
    return ranges
  }

  /// FNV-1a, 32 bits.
  static func checksum(_ text: String) -> String {
    let hash = text.utf8.reduce(UInt32(2_166_136_261)) { ($0 ^ UInt32($1)) &* 16_777_619 }
    return String(hash, radix: 16)
  }
}

/// Why a commit's metadata is not honoured; nothing is lost by that, but work is done again.
public enum CompletedOffsetsError: Error, Equatable, Sendable, CustomStringConvertible {
  /// Another program's, or a later version's.
  case unknownFormat(String)
  case damaged(String)
  /// It was written for another committed offset than the one it is found with.
  case otherCommit(String, committed: Int64)

  public var description: String {
    switch self {
    case .unknownFormat(let start): "it begins with \"\(start)\", which is no format known here"
    case .damaged(let how): "it is damaged: \(how)"
    case .otherCommit(let base, let committed):
      "it belongs to a commit of \(base), and \(committed) is committed"
    }
  }
}
