import Foundation
import HighlightsProtocol
import VideoCatalog

func withTemporaryFolder<Value>(_ body: (String) async throws -> Value) async throws -> Value {
  let folder = FileManager.default.temporaryDirectory
    .appendingPathComponent("video-catalog-\(UUID().uuidString)")
  try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: folder) }
  return try await body(folder.path)
}

/// Runs a test on a catalogue that holds some videos.
func withCatalog<Value>(
  _ videos: [Video] = [], _ body: (SQLiteVideoCatalog) async throws -> Value
) async throws -> Value {
  try await withTemporaryFolder { folder in
    let catalog = try SQLiteVideoCatalog(path: folder + "/catalog.sqlite")
    try await catalog.insert(videos)
    let value = try await body(catalog)
    try await catalog.close()
    return value
  }
}

func video(
  _ id: String, _ title: String = "", caption: String = "", says texts: String...
) -> Video {
  var video = Video()
  (video.id, video.title, video.caption) = (id, title, caption)
  video.segments = texts.enumerated().map { number, text in
    var segment = Segment()
    (segment.startMs, segment.endMs) = (UInt32(number) * 1_000, UInt32(number + 1) * 1_000)
    segment.text = text
    return segment
  }
  return video
}

extension VideoSearch {
  /// The ids of what a text finds, best first.
  func ids(_ text: String, limit: Int = 10) async throws -> [String] {
    try await videos(for: text, locale: "", limit: limit).map(\.id)
  }
}
