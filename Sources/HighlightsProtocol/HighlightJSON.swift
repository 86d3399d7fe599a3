import Foundation
import SwiftProtobuf

/// A highlight in protobuf's JSON mapping, and what decides whether it is shown.
///
/// A look-up that does not find a highlight in memory writes one of these. From binary protobuf it is made in one pass over
/// the bytes, without a message in between, which takes about a sixth of the time that decoding and encoding take.
public struct HighlightJSON: Sendable, Hashable {
  public internal(set) var json: [UInt8] = []
  public internal(set) var key = ""
  public internal(set) var status = Highlight.Status.unspecified
  public internal(set) var reason = ""
  /// The videos that it cites or shows; one may be in it more than once.
  public internal(set) var videoIDs: [String] = []
  /// The beginning of 1970 where the message does not say.
  public internal(set) var generatedAt = UnixTime(milliseconds: 0)
  public internal(set) var freshUntil: UnixTime?
  public internal(set) var expiresAt: UnixTime?
  public internal(set) var generationMilliseconds: UInt32 = 0
  public internal(set) var withdrawalEpoch: UInt32 = 0

  init() {}

  /// Encodes a message.
  ///
  /// - Throws: ``MessageError/unencodable(message:contentType:why:)``, when a time in it has no JSON.
  public init(_ highlight: Highlight) throws(MessageError) {
    json = try MessageCodec().encode(highlight, as: .json)
    key = highlight.key
    status = highlight.status
    reason = highlight.reason
    videoIDs =
      highlight.sentences.flatMap { $0.citations.map(\.videoID) } + highlight.videos.map(\.id)
    generatedAt = UnixTime(highlight.generatedAt)
    freshUntil = highlight.hasFreshUntil ? UnixTime(highlight.freshUntil) : nil
    expiresAt = highlight.hasExpiresAt ? UnixTime(highlight.expiresAt) : nil
    generationMilliseconds = highlight.generationMs
    withdrawalEpoch = highlight.withdrawalEpoch
  }

  /// Reads a message in binary protobuf.
  ///
  /// - Throws: ``MessageError`` as decoding and encoding it would.
  public init(payload: some SwiftProtobufContiguousBytes) throws(MessageError) {
    let usual = payload.withUnsafeBytes { HighlightTranscoder.transcode($0) }
    if let usual {
      self = usual
    } else {
      try self.init(MessageCodec().decode(Highlight.self, from: payload, contentType: nil))
    }
  }
}
