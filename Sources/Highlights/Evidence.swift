import Crypto
import HighlightsProtocol

/// The segments shown to the model, numbered, and what each number stands for.
///
/// Labels are "v1#0": the video counts from 1 in rank order among those shown, the segment is its
/// index in the video as sent. Only what is here can be cited.
public struct Evidence: Sendable {
  /// One segment as shown.
  public struct Segment: Sendable, Hashable {
    public let label: String
    public let videoID: String
    /// Index into the video's segments as they were sent, from 0.
    public let index: Int
    public let startMs: UInt32
    public let endMs: UInt32
    /// The original text; its start, when it is longer than a segment may be.
    public let text: String
  }

  /// One video as shown; has at least one segment.
  public struct Video: Sendable, Hashable {
    /// Counts from 1.
    public let number: Int
    public let id: String
    /// On one line, cut to its limit; empty where it was kept back.
    public let title: String
    /// On one line, without "@"; may be empty.
    public let creator: String
    /// In order of time.
    public let segments: [Segment]
  }

  /// In rank order.
  public let videos: [Video]
  /// Estimated tokens of the lines of all videos.
  public let estimatedTokens: Int
  /// SHA-256 in hexadecimal over each segment's video id, index, times and text.
  ///
  /// It does not depend on the ranking: the same segments in another order are the same evidence.
  public let fingerprint: String

  /// Segments and titles that read like instructions and were kept back; see ``Suspicion``.
  public let flagged: Int

  private let positions: [String: (video: Int, segment: Int)]
  /// What the verifier asks of all segments together.
  let context: EvidenceContext

  /// Nothing can be cited, so there is no answer and no call is worth making.
  public var isEmpty: Bool { videos.isEmpty }

  /// The segment behind a label; nil when the model made it up.
  public subscript(label: String) -> Segment? {
    positions[label].map { videos[$0.video].segments[$0.segment] }
  }

  /// Chooses segments by ``EvidenceSelection`` and numbers them.
  public init(_ search: Search, limits: EvidenceLimits = EvidenceLimits()) {
    let selection = EvidenceSelection(search, limits: limits)
    var videos: [Video] = []
    var positions: [String: (video: Int, segment: Int)] = [:]
    for chosen in selection.chosen {
      let number = videos.count + 1
      let segments = chosen.segments.map { index, text in
        let wire = chosen.video.segments[index]
        return Segment(
          label: "v\(number)#\(index)", videoID: chosen.video.id, index: index,
          startMs: wire.startMs, endMs: wire.endMs, text: text)
      }
      for (offset, segment) in segments.enumerated() {
        positions[segment.label] = (videos.count, offset)
      }
      videos.append(
        Video(
          number: number, id: chosen.video.id, title: chosen.title, creator: chosen.creator,
          segments: segments))
    }
    self.videos = videos
    self.positions = positions
    estimatedTokens = selection.tokens
    flagged = selection.flagged
    context = EvidenceContext(
      occurrences: selection.occurrences, flagged: selection.flaggedTerms, topic: selection.topic,
      asked: selection.asked)
    fingerprint = Self.fingerprint(of: videos)
  }

  private static func fingerprint(of videos: [Video]) -> String {
    var hash = SHA256()
    for video in videos.sorted(by: { $0.id < $1.id }) {
      // Lengths keep two different lists from being the same bytes.
      hash.update(data: Array("\(video.id.utf8.count):\(video.id)\n".utf8))
      for segment in video.segments {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(segment.text.utf8.count + 16)
        for number in [
          UInt32(clamping: segment.index), segment.startMs, segment.endMs,
          UInt32(clamping: segment.text.utf8.count),
        ] {
          withUnsafeBytes(of: number.bigEndian) { bytes.append(contentsOf: $0) }
        }
        bytes.append(contentsOf: segment.text.utf8)
        hash.update(data: bytes)
      }
    }
    return Digest.hex(hash.finalize())
  }
}

/// The words of all the evidence, for what one segment alone does not show.
struct EvidenceContext: Sendable {
  /// In how many segments a term stands.
  struct Occurrence: Sendable {
    private(set) var count: Int32 = 0
    private var last: Int32 = 0

    /// - Parameter segment: Counts from 1, and never goes back.
    mutating func add(segment: Int32) {
      if segment != last { count += 1 }
      last = segment
    }
  }

  /// For each term, in how many of the segments shown it stands; the same text counts once.
  let occurrences: [Term: Occurrence]
  /// Terms of what was kept back.
  let flagged: Set<Term>
  /// Terms of the search, and of the titles and captions.
  let topic: Set<Term>
  /// Terms of the search.
  let asked: Set<Term>

  /// Whether a segment has nothing to do with the rest: none of its content words, five or more,
  /// stands in the search, in a title or caption, or in another segment.
  ///
  /// Steps of a few words ("Pull it off.") often share none and mean the matter all the same.
  func isOffTopic(_ content: Set<Term>) -> Bool {
    content.count >= 5
      && !content.contains { topic.contains($0) || (occurrences[$0]?.count ?? 0) > 1 }
  }

  /// Whether a word that is not in the cited segments was taken from somewhere that is not cited:
  /// from what was kept back, or from the one other segment that has it.
  func isFromElsewhere(_ term: Term) -> Bool {
    guard !asked.contains(term) else { return false }
    return switch occurrences[term]?.count ?? 0 {
    case 0: flagged.contains(term)
    case 1: true
    default: false
    }
  }
}
