import Foundation
import GRDB
import HighlightsProtocol
import SwiftProtobuf

/// The statements over the tables `video` and `video_terms`, which change together.
enum VideoTable {
  /// Puts a video in the place of one with its id, with all that it was found by.
  static func put(_ video: Video, in db: Database) throws -> CatalogChange {
    let payload: Data = try video.serializedBytes()
    let stored = try Row.fetchOne(
      db.cachedStatement(sql: "SELECT number, payload FROM video WHERE id = ?"),
      arguments: [Data(video.id.utf8)])
    guard let stored else {
      try db.cachedStatement(sql: "INSERT INTO video (id, payload) VALUES (?, ?)")
        .execute(arguments: [Data(video.id.utf8), payload])
      try index(video, as: db.lastInsertedRowID, in: db)
      return CatalogChange(inserted: 1)
    }
    guard stored[1] as Data != payload else { return CatalogChange(unchanged: 1) }
    let number: Int64 = stored[0]
    try db.cachedStatement(sql: "UPDATE video SET payload = ? WHERE number = ?")
      .execute(arguments: [payload, number])
    try unindex(number, in: db)
    try index(video, as: number, in: db)
    return CatalogChange(replaced: 1)
  }

  /// - Returns: Whether there was one.
  static func remove(_ id: String, in db: Database) throws -> Bool {
    let number = try Int64.fetchOne(
      db.cachedStatement(sql: "SELECT number FROM video WHERE id = ?"), arguments: [Data(id.utf8)])
    guard let number else { return false }
    try unindex(number, in: db)
    try db.cachedStatement(sql: "DELETE FROM video WHERE number = ?")
      .execute(arguments: [number])
    return true
  }

  static func count(in db: Database) throws -> Int {
    try Int.fetchOne(db, sql: "SELECT count(*) FROM video") ?? 0
  }

  /// `Video` in binary protobuf, best first; among equals the one that came first.
  static func best(_ terms: [String], limit: Int, in db: Database) throws -> [Data] {
    guard !terms.isEmpty, limit > 0 else { return [] }
    return try Data.fetchAll(
      db.cachedStatement(
        sql: """
          SELECT payload FROM (
            SELECT rowid AS number, bm25(video_terms, \(weights)) AS score FROM video_terms
            WHERE video_terms MATCH ? ORDER BY score, rowid LIMIT ?
          ) JOIN video USING (number) ORDER BY score, number
          """),
      arguments: [expression(terms), limit])
  }

  /// What a term counts in a title, in a caption and in the segments.
  private static let weights = "8.0, 4.0, 1.0"

  /// Any of the terms. In quotation marks none of them is FTS5's syntax, such as NOT or NEAR.
  static func expression(_ terms: [String]) -> String {
    terms.map { "\"\($0.replacing("\"", with: "\"\""))\"" }.joined(separator: " OR ")
  }

  private static func index(_ video: Video, as number: Int64, in db: Database) throws {
    let statement = try db.cachedStatement(
      sql: "INSERT INTO video_terms (rowid, title, caption, segments) VALUES (?, ?, ?, ?)")
    try statement.execute(arguments: [
      number, column([video.title]), column([video.caption]), column(video.segments.map(\.text)),
    ])
  }

  private static func unindex(_ number: Int64, in db: Database) throws {
    try db.cachedStatement(sql: "DELETE FROM video_terms WHERE rowid = ?")
      .execute(arguments: [number])
  }

  private static func column(_ texts: [String]) -> String {
    texts.lazy.map { SearchTerms.indexed($0).joined(separator: " ") }.joined(separator: " ")
  }
}
