import Foundation
import HighlightsProtocol

// The sets of keys by video.

extension RedisHighlightStore {
  public func keys(citing videoID: String, variant: String) async throws -> [String] {
    let video = VideoID(videoID)
    let reply = try await send([
      RedisCommand(
        "ZRANGE", Self.place(ofVideo: video, variant), "(\(now().milliseconds)", "+inf", "BYSCORE")
    ])
    guard case .array(let members) = reply.first else { throw unexpected(reply.first) }
    var rest = members.compactMap(\.text)[...]
    var keys: [String] = []
    while !rest.isEmpty {
      try Task.checkCancellation()
      let chunk = rest.prefix(Self.chunk.commands)
      rest = rest.dropFirst(chunk.count)
      let found = try await highlights(forKeys: Array(chunk), variant: variant)
      keys += chunk.filter { key in
        found[key].map { $0.status != .withdrawn && VideoID.all(of: $0).contains(video) } ?? false
      }
    }
    return keys.sorted()
  }

  /// Puts the keys of records into the sets of their videos, which must be done before the records are applied.
  func cite(_ records: [HighlightRecord]) async throws(StoreError) {
    struct Place: Hashable {
      let video: VideoID
      let variant: String
    }
    var arguments: [Place: [[UInt8]]] = [:]
    for record in records {
      let expires = record.expiresAt.map { "\($0.milliseconds)" } ?? "+inf"
      for video in record.videoIDs {
        arguments[Place(video: video, variant: record.variant), default: []] += [
          Array(expires.utf8), Array(record.key.utf8),
        ]
      }
    }
    _ = try await run(
      .cite,
      arguments.flatMap { place, arguments in
        stride(from: 0, to: arguments.count, by: 2_000).map { start in
          ScriptCall(
            key: Self.place(ofVideo: place.video, place.variant),
            arguments: Array(arguments[start..<min(start + 2_000, arguments.count)]))
        }
      })
  }

  private static func place(ofVideo video: VideoID, _ variant: String) -> String {
    "hl:video:{\(String(decoding: video.bytes, as: UTF8.self))}:\(variant)"
  }
}
