import HighlightsProtocol

/// Which segments fit the budget.
///
/// Videos without a usable segment (one with a letter or digit) are passed over. The best
/// ``EvidenceLimits/videos`` others take turns in rank order; in its turn a video gets its next
/// ``EvidenceLimits/segmentsPerTurn`` segments in order of time. So every video shown keeps an
/// unbroken stretch of what it says, the first ones never crowd out the last, and every segment is
/// looked at once. A video whose next segment does not fit gets no more turns.
struct EvidenceSelection {
  struct Chosen {
    let video: HighlightsProtocol.Video
    let title: String
    let creator: String
    /// Index as sent, and text as shown.
    var segments: [(index: Int, text: String)] = []
    fileprivate var next: Int
    fileprivate var isOpen = true

    fileprivate var headTokens: Int {
      Self.lineTokens + TokenEstimate.tokens(in: title) + TokenEstimate.tokens(in: creator)
    }

    /// What a label, brackets and the line break take.
    fileprivate static let lineTokens = 6
  }

  private(set) var chosen: [Chosen] = []
  private(set) var tokens = 0

  init(_ videos: [HighlightsProtocol.Video], limits: EvidenceLimits) {
    for video in videos {
      guard chosen.count < limits.videos else { break }
      guard let first = video.segments.firstIndex(where: { Self.isUsable($0.text) }) else {
        continue
      }
      let title = TextFolding.prefix(
        of: TextFolding.spaceCollapsed(video.title), utf8Bytes: limits.titleLength)
      let creator = TextFolding.prefix(
        of: TextFolding.spaceCollapsed(video.creator), utf8Bytes: limits.titleLength)
      chosen.append(Chosen(video: video, title: title, creator: creator, next: first))
    }
    while chosen.contains(where: \.isOpen) {
      for position in chosen.indices where chosen[position].isOpen {
        takeTurn(position, limits: limits)
      }
    }
    chosen.removeAll { $0.segments.isEmpty }
  }

  private mutating func takeTurn(_ position: Int, limits: EvidenceLimits) {
    var taken = 0
    while taken < limits.segmentsPerTurn {
      let index = chosen[position].next
      guard index < chosen[position].video.segments.count else {
        chosen[position].isOpen = false
        return
      }
      chosen[position].next += 1
      let text = TextFolding.prefix(
        of: chosen[position].video.segments[index].text, utf8Bytes: limits.segmentLength)
      guard Self.isUsable(text) else { continue }
      let head = chosen[position].segments.isEmpty ? chosen[position].headTokens : 0
      let cost = head + Chosen.lineTokens + TokenEstimate.tokens(in: text)
      guard tokens + cost <= limits.tokens else {
        chosen[position].isOpen = false
        return
      }
      tokens += cost
      chosen[position].segments.append((index, text))
      taken += 1
    }
  }

  private static func isUsable(_ text: String) -> Bool {
    text.unicodeScalars.contains { $0.properties.isAlphabetic || $0.properties.numericType != nil }
  }
}
