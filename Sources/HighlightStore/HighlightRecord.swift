import Foundation
import HighlightsProtocol
import SwiftProtobuf

/// A record of a highlights topic, ready to be applied to a store.
public struct HighlightRecord: Sendable, Hashable {
  /// The variant whose topic it came from; the default variant is the empty string.
  public let variant: String
  public let version: HighlightVersion
  public let key: String
  /// After that it must not be shown; absent, it never expires.
  public let expiresAt: UnixTime?
  /// The videos that it cites or shows, by which it is found when one is taken down; none when it is withdrawn.
  public let videoIDs: Set<VideoID>
  /// `Highlight` in binary protobuf.
  public let payload: Data

  /// Takes a decoded highlight.
  ///
  /// - Parameters:
  ///   - highlight: What the record said.
  ///   - payload: The bytes to keep, when they are binary protobuf already; otherwise the highlight
  ///     is encoded again.
  ///   - position: Where the record stood.
  ///   - variant: The variant whose topic that is.
  /// - Throws: `HighlightRecordError` when it lacks what a store sorts by.
  public init(
    _ highlight: Highlight, payload: Data? = nil, position: RecordPosition, variant: String = ""
  ) throws(HighlightRecordError) {
    guard !highlight.key.isEmpty else { throw .missing(field: "key", position) }
    guard highlight.status != .unspecified else { throw .missing(field: "status", position) }
    guard highlight.hasGeneratedAt else { throw .missing(field: "generated_at", position) }
    do {
      self.payload = try payload ?? highlight.serializedData()
    } catch {
      throw .unreadable(position, cause: error)
    }
    self.key = highlight.key
    self.variant = variant
    self.expiresAt = highlight.hasExpiresAt ? UnixTime(highlight.expiresAt) : nil
    self.version = HighlightVersion(
      withdrawalEpoch: HighlightVersion.withdrawalEpoch(of: highlight),
      generatedAt: UnixTime(highlight.generatedAt), position: position)
    self.videoIDs = version.isWithdrawn ? [] : VideoID.all(of: highlight)
  }

  /// Decodes a record's binary protobuf.
  ///
  /// - Throws: `HighlightRecordError` when the bytes are no highlight or lack what a store sorts by.
  public init(
    payload: Data, position: RecordPosition, variant: String = ""
  ) throws(HighlightRecordError) {
    let highlight: Highlight
    do {
      highlight = try Highlight(serializedBytes: payload)
    } catch {
      throw .unreadable(position, cause: error)
    }
    try self.init(highlight, payload: payload, position: position, variant: variant)
  }
}

/// Why a record cannot be applied to any store; trying again does not help.
public enum HighlightRecordError: Error, CustomStringConvertible {
  case unreadable(RecordPosition, cause: any Error)
  case missing(field: String, RecordPosition)

  public var description: String {
    switch self {
    case .unreadable(let position, let cause):
      "The record at \(position) is no highlight: \(cause)"
    case .missing(let field, let position):
      "The highlight at \(position) has no \(field); whoever publishes it must set it."
    }
  }
}
