import HighlightStore
import Highlights
import HighlightsProtocol
import NIOCore

/// A highlight with the bytes that answer for it, written once however often it is looked up.
struct PreparedHighlight: Sendable {
  let status: Highlight.Status
  let reason: String
  /// Odd while it is withdrawn.
  let epoch: UInt32
  /// The videos that it cites or shows.
  let videoIDs: [String]
  let times: HighlightTimes
  /// The highlight in protobuf's JSON mapping, on one line.
  let json: ByteBuffer
  /// What a look-up is answered with: the highlight, or why there is none to show.
  let body: ByteBuffer
  /// Names the key, the moment it was generated and the epoch, in quotes.
  let entityTag: String
  var isWithdrawn: Bool { status == .withdrawn }
  /// Stands where a withdrawal was lifted, until a highlight is written anew.
  var isLifted: Bool { status == .noAnswer && reason == "restored" }

  init(_ highlight: HighlightJSON, variant: String) {
    status = highlight.status
    epoch = HighlightVersion.withdrawalEpoch(
      highlight.withdrawalEpoch, isWithdrawn: highlight.status == .withdrawn)
    videoIDs = highlight.videoIDs
    reason = highlight.reason
    times = HighlightTimes(highlight)
    json = ByteBuffer(bytes: highlight.json)
    body =
      switch status {
      case .answered: json
      case .withdrawn:
        APIError.withdrawn(reason: reason).body()
      default:
        // The videos below are shown also where there is no answer.
        APIError.noAnswer(
          filtered: status == .filtered, reason: reason
        ).body(adding: "highlight", json: highlight.json)
      }
    let suffix = (epoch == 0 ? "" : "-e\(epoch)") + (variant.isEmpty ? "" : "-\(variant)")
    entityTag = "\"\(highlight.key)-\(times.generatedAt.milliseconds)\(suffix)\""
  }

  /// What is shown of a key instead of a highlight that must not be shown.
  init(withdrawn key: VariantKey, epoch: UInt32, reason: String) {
    status = .withdrawn
    self.reason = reason
    self.epoch = epoch
    videoIDs = []
    times = HighlightTimes(
      generatedAt: UnixTime(milliseconds: 0), freshUntil: .latest, expiresAt: .latest)
    body = APIError.withdrawn(reason: reason).body()
    json = body
    entityTag = "\"\(key.key)-0-e\(epoch)\""
  }

  /// Bytes it takes in memory, about.
  var cost: Int {
    let shared = body.storageCapacity == json.storageCapacity && status == .answered
    return json.storageCapacity + (shared ? 0 : body.storageCapacity)
      + entityTag.utf8.count + videoIDs.reduce(0) { $0 + $1.utf8.count + 32 } + 512
  }

  /// Whether it takes the place of another of its key: the one of the higher epoch does, then the one that was
  /// generated later.
  func replaces(_ other: PreparedHighlight) -> Bool {
    (epoch, times.generatedAt) >= (other.epoch, other.times.generatedAt)
  }
}
