import Foundation

/// The segments of one prompt, weighed against the terms of its search by BM25.
///
/// Only the search's terms are counted (64 at most, one bit each), so that the size of an index
/// does not depend on the vocabulary of the transcripts.
struct SegmentIndex {
  /// One segment that has any words.
  struct Entry {
    let video: Int
    let segment: Int
    /// Terms of the search in the segment's text, a bit each.
    let matched: UInt64
    /// Terms of the search in the video's title.
    let titled: UInt64
    /// How often each matched term stands in the text, from the lowest bit up.
    let frequencies: [Int]
    /// The segment's length in terms.
    let length: Int
  }

  private(set) var entries: [Entry] = []
  /// The largest share of the search's terms that one segment holds with its title.
  private(set) var bestCoverage = 0.0
  private var weights: [Double] = []
  private var averageLength = 1.0

  // Robertson's usual constants, and half a match's weight for a word of the title.
  private static let saturation = 1.2
  private static let lengthShare = 0.75
  private static let titleWeight = 0.5

  init(_ prompt: ExtractivePrompt) {
    let terms = TermReader.contentTerms(ofSearch: prompt.search, limit: 64)
    guard !terms.isEmpty else { return }
    let bits = Dictionary(uniqueKeysWithValues: zip(terms, 0...))
    var counts = [Int](repeating: 0, count: terms.count)
    var found = [Int](repeating: 0, count: terms.count)
    var totalLength = 0
    for (videoNumber, video) in prompt.videos.enumerated() {
      let titled = Self.count(video.title, bits, into: &counts).matched
      for (segmentNumber, segment) in video.segments.enumerated() {
        let (matched, length) = Self.count(segment.text, bits, into: &counts)
        guard length > 0 else { continue }
        var frequencies: [Int] = []
        Self.forEachBit(of: matched) { bit in
          frequencies.append(counts[bit])
          found[bit] += 1
        }
        totalLength += length
        bestCoverage = max(
          bestCoverage, Double((matched | titled).nonzeroBitCount) / Double(terms.count))
        entries.append(
          Entry(
            video: videoNumber, segment: segmentNumber, matched: matched, titled: titled,
            frequencies: frequencies, length: length))
      }
    }
    let all = Double(entries.count)
    weights = found.map { log(1 + (all - Double($0) + 0.5) / (Double($0) + 0.5)) }
    averageLength = max(1, Double(totalLength) / max(1, all))
  }

  /// BM25 of the text, plus a part of the weight of each term in the title.
  func score(_ entry: Entry) -> Double {
    var score = 0.0
    var place = 0
    let ratio = Double(entry.length) / averageLength
    let norm = Self.saturation * (1 - Self.lengthShare + Self.lengthShare * ratio)
    Self.forEachBit(of: entry.matched) { bit in
      let frequency = Double(entry.frequencies[place])
      score += weights[bit] * frequency * (Self.saturation + 1) / (frequency + norm)
      place += 1
    }
    Self.forEachBit(of: entry.titled) { score += Self.titleWeight * weights[$0] }
    return score
  }

  /// Counts the search's terms in `text`; `counts` holds valid numbers for the matched ones only.
  private static func count(
    _ text: some StringProtocol, _ bits: [String: Int], into counts: inout [Int]
  ) -> (matched: UInt64, length: Int) {
    var matched: UInt64 = 0
    var length = 0
    TermReader.forEachTerm(in: text) { term in
      length += 1
      guard let bit = bits[term] else { return }
      if matched & (1 << UInt64(bit)) == 0 { counts[bit] = 0 }
      counts[bit] += 1
      matched |= 1 << UInt64(bit)
    }
    return (matched, length)
  }

  private static func forEachBit(of mask: UInt64, _ body: (Int) -> Void) {
    var rest = mask
    while rest != 0 {
      body(rest.trailingZeroBitCount)
      rest &= rest - 1
    }
  }
}
