import Highlights
import HighlightsProtocol
import NIOCore
import SwiftProtobuf

/// A highlight with the bytes that answer for it, written once however often it is looked up.
struct PreparedHighlight: Sendable {
  let status: Highlight.Status
  let reason: String
  let times: HighlightTimes
  /// The highlight in protobuf's JSON mapping, on one line.
  let json: ByteBuffer
  /// What a look-up is answered with: the highlight, or why there is none to show.
  let body: ByteBuffer
  /// Names the key and the moment it was generated, in quotes.
  let entityTag: String
  /// What searching again for it takes.
  let text: String
  let locale: String

  var isWithdrawn: Bool { status == .withdrawn }

  /// - Throws: ``MessageError`` when a time in it cannot be written as JSON.
  init(_ highlight: Highlight, variant: String) throws(MessageError) {
    status = highlight.status
    reason = highlight.reason
    times = HighlightTimes(highlight)
    text = highlight.queryText
    locale = highlight.locale
    let json = try MessageCodec().encode(highlight, as: .json)
    self.json = ByteBuffer(bytes: json)
    body =
      switch highlight.status {
      case .answered: self.json
      case .withdrawn:
        APIError.withdrawn(reason: highlight.reason).body()
      default:
        // The videos below are shown also where there is no answer.
        APIError.noAnswer(
          filtered: highlight.status == .filtered, reason: highlight.reason
        ).body(adding: "highlight", json: json)
      }
    let suffix = variant.isEmpty ? "" : "-\(variant)"
    entityTag = "\"\(highlight.key)-\(times.generatedAt.milliseconds)\(suffix)\""
  }

  /// Bytes it takes in memory, about.
  var cost: Int {
    let shared = body.storageCapacity == json.storageCapacity && status == .answered
    return json.storageCapacity + (shared ? 0 : body.storageCapacity) + text.utf8.count
      + entityTag.utf8.count + 512
  }

  /// Whether it takes the place of another of its key: a withdrawal does, otherwise what was
  /// generated later.
  func replaces(_ other: PreparedHighlight) -> Bool {
    if isWithdrawn != other.isWithdrawn { return isWithdrawn }
    return times.generatedAt >= other.times.generatedAt
  }
}
