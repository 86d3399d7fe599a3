import GRDB
import HighlightsProtocol

/// The statements over the table `cited_video`: which highlights cite or show a video.
enum CitedVideoTable {
  static func add(_ videos: Set<VideoID>, to highlight: Int64, in db: Database) throws {
    guard !videos.isEmpty else { return }
    let statement = try db.cachedStatement(
      sql: "INSERT OR IGNORE INTO cited_video (video, highlight) VALUES (?, ?)")
    for video in videos { try statement.execute(arguments: [video.bytes, highlight]) }
  }

  static func remove(_ videos: Set<VideoID>, from highlight: Int64, in db: Database) throws {
    guard !videos.isEmpty else { return }
    let statement = try db.cachedStatement(
      sql: "DELETE FROM cited_video WHERE video = ? AND highlight = ?")
    for video in videos { try statement.execute(arguments: [video.bytes, highlight]) }
  }

  static func keys(
    citing video: VideoID, variant: String, at moment: UnixTime, in db: Database
  ) throws -> [String] {
    try String.fetchAll(
      db,
      sql: """
        SELECT key FROM cited_video JOIN highlight ON highlight.id = cited_video.highlight
        WHERE video = ? AND variant = ? AND (expires_at IS NULL OR expires_at > ?)
        ORDER BY key
        """,
      arguments: [video.bytes, variant, moment.milliseconds])
  }
}
