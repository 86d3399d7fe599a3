import Foundation
import HighlightStore
import HighlightsProtocol
import SwiftProtobuf

/// A store that the conformance tests run against; each opens on its own data.
enum StoreKind: Sendable {
  case sqlite
  case redis

  /// Those that can be tested here; the suite of the Redis store says why it may be left out.
  static let installed: [StoreKind] = RedisServer.isInstalled ? [.sqlite, .redis] : [.sqlite]

  /// Runs a test on an empty store; `reopen` gives another store over the same data.
  func withStore(
    now: @escaping @Sendable () -> UnixTime = { UnixTime(seconds: 0) },
    _ test: (_ store: any HighlightStore, _ reopen: () throws -> any HighlightStore) async throws ->
      Void
  ) async throws {
    switch self {
    case .sqlite:
      try await withTemporaryFolder { folder in
        let path = folder + "/highlights.sqlite"
        let store = try SQLiteHighlightStore(path: path, now: now)
        try await test(store) { try SQLiteHighlightStore(path: path, now: now) }
      }
    case .redis:
      try await RedisServer.run { server in
        let endpoint = try server.endpoint()
        let store = try RedisHighlightStore(endpoint: endpoint, now: now)
        try await test(store) { try RedisHighlightStore(endpoint: endpoint, now: now) }
      }
    }
  }
}

func withTemporaryFolder<Value>(_ body: (String) async throws -> Value) async throws -> Value {
  let folder = FileManager.default.temporaryDirectory
    .appendingPathComponent("highlight-store-\(UUID().uuidString)")
  try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: folder) }
  return try await body(folder.path)
}

extension UnixTime {
  init(seconds: Int64) {
    self.init(milliseconds: seconds * 1_000)
  }
}

/// A record whose text says which one it is.
func record(
  _ key: String = "k", at seconds: Int64 = 100, offset: Int64 = 0, partition: Int32 = 0,
  topic: String = "search.highlights", status: Highlight.Status = .answered,
  expires: Int64? = nil, variant: String = "", epoch: UInt32 = 0, citing cited: [String] = [],
  showing shown: [String] = []
) throws -> HighlightRecord {
  var highlight = Highlight()
  highlight.key = key
  highlight.status = status
  highlight.queryText = "\(seconds) \(partition) \(offset)"
  highlight.generatedAt = Google_Protobuf_Timestamp(seconds: seconds)
  highlight.withdrawalEpoch = epoch
  highlight.cite(cited, showing: shown)
  if let expires { highlight.expiresAt = Google_Protobuf_Timestamp(seconds: expires) }
  return try HighlightRecord(
    highlight, position: RecordPosition(topic: topic, partition: partition, offset: offset),
    variant: variant)
}

extension Highlight {
  /// A sentence for each video that it cites, and cards of those that it shows.
  mutating func cite(_ cited: [String], showing shown: [String]) {
    sentences = cited.map { id in
      var citation = Citation()
      citation.videoID = id
      var sentence = Sentence()
      sentence.citations = [citation]
      return sentence
    }
    videos = shown.map { id in
      var card = VideoCard()
      card.id = id
      return card
    }
  }
}

extension ApplyResult {
  static func refused(by winner: HighlightRecord) -> ApplyResult {
    .refused(storedIsNewer: StoredHighlight(version: winner.version, payload: winner.payload))
  }
}
