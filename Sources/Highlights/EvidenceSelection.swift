import HighlightsProtocol

import func Foundation.log

/// Which segments are shown to the model.
///
/// Segments without a letter or digit are passed over, and what ``Suspicion`` flags is kept back.
/// Where the rest fits the budget, all of it is shown. Where it does not, segments are scored by
/// BM25 against the search, and taken with the neighbour on either side, since speech is understood
/// by what stands around it: first the best stretch of each of the first videos, so that ranks 2
/// to 5 are heard whatever the first one says; then the best of all, until the budget is full.
struct EvidenceSelection {
  struct Chosen {
    let video: HighlightsProtocol.Video
    let title: String
    let creator: String
    /// Index as sent, and text as shown, in order of time.
    var segments: [(index: Int, text: String)] = []
  }

  private(set) var chosen: [Chosen] = []
  private(set) var tokens = 0
  /// Segments and titles kept back.
  private(set) var flagged = 0
  /// For each term of what is shown, in how many segments of different text it stands.
  private(set) var occurrences: [Term: EvidenceContext.Occurrence] = [:]
  private var counted: Set<UInt64> = []
  /// Terms of what was kept back.
  private(set) var flaggedTerms: Set<Term> = []
  /// Terms of the search, and of the titles and captions of the videos shown.
  private(set) var topic: Set<Term> = []
  /// Terms of the search.
  let asked: Set<Term>

  init(_ search: Search, limits: EvidenceLimits) {
    asked = TermReader.terms(of: search.text)
    var drafts: [Draft] = []
    for video in search.videos {
      guard drafts.count < limits.videos else { break }
      guard video.segments.contains(where: { Self.isUsable($0.text) }) else { continue }
      drafts.append(Draft(video, limits: limits))
    }
    flag(&drafts, keepsBack: limits.keepsBack)
    occurrences.reserveCapacity(1_024)
    let all = drafts.reduce(0) { $0 + $1.allTokens }
    if all <= limits.tokens {
      for index in drafts.indices { drafts[index].takeAll() }
      tokens = all
    } else {
      take(of: &drafts, limits: limits)
    }
    for draft in drafts {
      let taken = draft.candidates.filter(\.isTaken)
      guard !taken.isEmpty else { continue }
      for candidate in taken { count(candidate.terms) }
      chosen.append(
        Chosen(
          video: draft.video, title: draft.title, creator: draft.creator,
          segments: taken.map { ($0.index, $0.text) }))
    }
  }

  // MARK: Candidates

  private struct Candidate {
    let index: Int
    let text: String
    let terms: [Term]
    let tokens: Int
    var score = 0.0
    var isTaken = false
  }

  private struct Draft {
    let video: HighlightsProtocol.Video
    var title: String
    var creator: String
    var candidates: [Candidate] = []
    /// Whether its line with the title is paid for.
    var isOpen = false

    /// What a marker, a label, brackets and the line break take.
    static let lineTokens = 10

    var headTokens: Int {
      Self.lineTokens + TokenEstimate.tokens(in: title) + TokenEstimate.tokens(in: creator)
    }
    var allTokens: Int {
      candidates.isEmpty ? 0 : candidates.reduce(headTokens) { $0 + $1.tokens }
    }

    init(_ video: HighlightsProtocol.Video, limits: EvidenceLimits) {
      self.video = video
      title = TextFolding.prefix(
        of: TextFolding.spaceCollapsed(video.title), utf8Bytes: limits.titleLength)
      creator = TextFolding.prefix(
        of: TextFolding.spaceCollapsed(video.creator), utf8Bytes: limits.titleLength)
      for (index, segment) in video.segments.enumerated() {
        let text = TextFolding.prefix(of: segment.text, utf8Bytes: limits.segmentLength)
        guard EvidenceSelection.isUsable(text) else { continue }
        var terms: [Term] = []
        TermReader.read(text) { term, _ in terms.append(term) }
        candidates.append(
          Candidate(
            index: index, text: text, terms: terms,
            tokens: Self.lineTokens + TokenEstimate.tokens(in: text)))
      }
    }

    mutating func takeAll() {
      for index in candidates.indices { candidates[index].isTaken = true }
    }
  }

  private mutating func flag(_ drafts: inout [Draft], keepsBack: Bool) {
    topic = asked
    // A title is measured against the search alone, what is said against search and titles.
    let byTitle = Suspicion(topic: asked)
    for index in drafts.indices {
      if keepsBack, byTitle.isSuspicious(drafts[index].title) {
        keepBack(drafts[index].title)
        drafts[index].title = ""
      }
      if keepsBack, byTitle.isSuspicious(drafts[index].creator) { drafts[index].creator = "" }
      TermReader.read(drafts[index].title) { term, _ in topic.insert(term) }
      let caption = TextFolding.prefix(of: drafts[index].video.caption, utf8Bytes: 1_000)
      TermReader.read(caption) { term, _ in topic.insert(term) }
    }
    guard keepsBack else { return }
    let byTopic = Suspicion(topic: topic)
    for index in drafts.indices {
      drafts[index].candidates.removeAll { candidate in
        guard byTopic.isSuspicious(candidate.text, terms: candidate.terms) else { return false }
        keepBack(candidate.text)
        return true
      }
    }
  }

  private mutating func keepBack(_ text: String) {
    flagged += 1
    flaggedTerms.formUnion(TermReader.terms(of: text))
  }

  private mutating func count(_ terms: [Term]) {
    // The same text twice says nothing twice.
    let text = terms.reduce(0 as UInt64) { ($0 &* 31) ^ $1.hash }
    guard counted.insert(text).inserted else { return }
    let number = Int32(truncatingIfNeeded: counted.count)
    for term in terms { occurrences[term, default: .init()].add(segment: number) }
  }

  // MARK: Where not all fits

  private mutating func take(of drafts: inout [Draft], limits: EvidenceLimits) {
    Self.score(&drafts, asked: asked)
    var ranked: [(score: Double, video: Int, place: Int)] = []
    for video in drafts.indices {
      for (place, candidate) in drafts[video].candidates.enumerated() {
        ranked.append((candidate.score, video, place))
      }
    }
    ranked.sort { left, right in
      left.score == right.score
        ? (left.video, left.place) < (right.video, right.place) : left.score > right.score
    }
    let heard = min(limits.heardVideos, drafts.count)
    for video in 0..<heard {
      let share = Int(Double(limits.tokens) * limits.heardShare) / heard
      let end = min(limits.tokens, tokens + share)
      for entry in ranked where entry.video == video {
        guard take(entry.place, of: &drafts[video], upTo: end) else { break }
      }
    }
    for entry in ranked { take(entry.place, of: &drafts[entry.video], upTo: limits.tokens) }
  }

  /// A segment, then the ones before and after it, as far as they fit; false if it does not itself.
  @discardableResult
  private mutating func take(_ place: Int, of draft: inout Draft, upTo limit: Int) -> Bool {
    for place in [place, place - 1, place + 1] where draft.candidates.indices.contains(place) {
      guard !draft.candidates[place].isTaken else { continue }
      let cost = draft.candidates[place].tokens + (draft.isOpen ? 0 : draft.headTokens)
      guard tokens + cost <= limit else { return false }
      tokens += cost
      draft.isOpen = true
      draft.candidates[place].isTaken = true
    }
    return true
  }

  /// Okapi BM25 with its usual constants over the segments as documents.
  private static func score(_ drafts: inout [Draft], asked: Set<Term>) {
    let small = FunctionWords.terms(of: "en")
    let wanted = asked.subtracting(small).isEmpty ? asked : asked.subtracting(small)
    var holders: [Term: Int] = [:]
    var hits: [[Term]] = []
    var length = 0
    for draft in drafts {
      for candidate in draft.candidates {
        length += candidate.terms.count
        let found = candidate.terms.filter(wanted.contains)
        hits.append(found)
        for (index, term) in found.enumerated() where !found[..<index].contains(term) {
          holders[term, default: 0] += 1
        }
      }
    }
    let count = Double(hits.count)
    let rarity = holders.mapValues { log(1 + (count - Double($0) + 0.5) / (Double($0) + 0.5)) }
    let mean = max(1, Double(length) / max(1, count))
    var number = 0
    for video in drafts.indices {
      for place in drafts[video].candidates.indices {
        let found = hits[number]
        number += 1
        guard !found.isEmpty else { continue }
        let terms = Double(drafts[video].candidates[place].terms.count)
        let norm = 1.2 * (0.25 + 0.75 * terms / mean)
        var score = 0.0
        for (index, term) in found.enumerated() where !found[..<index].contains(term) {
          let frequency = Double(found[index...].count { $0 == term })
          score += (rarity[term] ?? 0) * frequency * 2.2 / (frequency + norm)
        }
        drafts[video].candidates[place].score = score
      }
    }
  }

  private static func isUsable(_ text: String) -> Bool {
    if text.utf8.contains(where: { $0 < 0x80 && ($0 | 0x20) >= 0x61 && ($0 | 0x20) <= 0x7A }) {
      return true
    }
    return text.unicodeScalars.contains {
      $0.properties.isAlphabetic || $0.properties.numericType != nil
    }
  }
}
