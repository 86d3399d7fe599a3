import Foundation
import HighlightsProtocol
import VideoCatalog

/// The sample's videos in a catalogue of their own, for `highlights up --serve` without one.
enum SampleCatalog {
  private static let path = "Config/samples/videos.jsonl"

  /// Runs `body` with the catalogue that `finder` searches, or else with the sample's, in a file that is gone after.
  static func with(
    for command: UpCommand, _ finder: VideoFinder?,
    _ body: ((any VideoSearch)?) async throws -> Void
  ) async throws {
    guard command.serve, finder == nil else { return try await body(finder?.search) }
    guard FileManager.default.fileExists(atPath: path) else {
      Talk.say(
        "no catalogue: \(path) is not here, so searches that are looked up find no videos "
          + "(catalog.path)")
      return try await body(nil)
    }
    let folder = FileManager.default.temporaryDirectory.appending(path: "catalog-\(UUID())")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let catalog = try SQLiteVideoCatalog(path: folder.appending(path: "videos.sqlite").path)
    let result: Result<Void, any Error>
    do {
      _ = try await catalog.insert(QueryLines(path: path).map(VideoLine.video))
      result = .success(try await body(catalog))
    } catch {
      result = .failure(error)
    }
    try await catalog.close()
    try result.get()
  }
}
