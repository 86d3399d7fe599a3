import Foundation
import GRDB
import HighlightsProtocol
import SwiftProtobuf

/// The tables of the SQLite file. A migration that was released is never changed.
enum StoreSchema {
  static func migrate(_ pool: DatabasePool, path: String) throws {
    try refuseNewer(pool, path: path)
    while true {
      let before = try pool.read(migrator.appliedIdentifiers)
      do {
        return try migrator.migrate(pool)
      } catch {
        // Of two processes that open a file at once both may find it without a migration; the one that comes second
        // to its transaction fails on what the first one made, and goes on from there.
        guard try pool.read(migrator.appliedIdentifiers).count > before.count else { throw error }
      }
    }
  }

  /// Makes sure that a file opened for reading holds the tables.
  static func check(_ pool: DatabasePool, path: String) throws {
    try refuseNewer(pool, path: path)
    guard try pool.read(migrator.hasCompletedMigrations) else {
      let isStore = try !pool.read(migrator.appliedIdentifiers).isEmpty
      throw StoreError(isStore ? .olderSchema : .corrupt, path: path)
    }
  }

  private static func refuseNewer(_ pool: DatabasePool, path: String) throws {
    if try pool.read(migrator.hasBeenSuperseded) {
      throw StoreError(.newerSchema, path: path)
    }
  }

  private static let migrator: DatabaseMigrator = {
    var migrator = DatabaseMigrator()
    migrator.registerMigration("v1", migrate: createTables)
    migrator.registerMigration("v2", migrate: countWithdrawalsAndIndexVideos)
    return migrator
  }()

  /// The second version: an epoch in place of whether it is withdrawn, and an index from videos to highlights.
  ///
  /// Every highlight is read, and nobody else writes meanwhile: about a second for 100,000.
  static func countWithdrawalsAndIndexVideos(_ db: Database) throws {
    try db.execute(
      sql: """
        ALTER TABLE highlight ADD COLUMN withdrawal_epoch INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE highlight DROP COLUMN withdrawn;
        CREATE TABLE cited_video (
          video BLOB NOT NULL,
          highlight INTEGER NOT NULL,
          PRIMARY KEY (video, highlight)
        ) WITHOUT ROWID;
        """)
    let rows = try Row.fetchCursor(db, sql: "SELECT id, payload FROM highlight ORDER BY id")
    while let row = try rows.next() {
      let id: Int64 = row[0]
      let highlight = try Highlight(serializedBytes: row[1] as Data)
      let epoch = HighlightVersion.withdrawalEpoch(of: highlight)
      if epoch != 0 {
        try db.execute(
          sql: "UPDATE highlight SET withdrawal_epoch = ? WHERE id = ?", arguments: [epoch, id])
      }
      if highlight.status != .withdrawn {
        try CitedVideoTable.add(VideoID.all(of: highlight), to: id, in: db)
      }
    }
  }

  /// The first version. Times are milliseconds since 1970.
  static func createTables(_ db: Database) throws {
    try db.execute(
      sql: """
        CREATE TABLE highlight (
          id INTEGER PRIMARY KEY,
          key TEXT NOT NULL,
          variant TEXT NOT NULL,
          withdrawn INTEGER NOT NULL,
          generated_at INTEGER NOT NULL,
          expires_at INTEGER,
          topic TEXT NOT NULL,
          partition INTEGER NOT NULL,
          "offset" INTEGER NOT NULL,
          payload BLOB NOT NULL
        );
        CREATE UNIQUE INDEX highlight_key ON highlight (key, variant);
        CREATE TABLE applied_offset (
          topic TEXT NOT NULL,
          partition INTEGER NOT NULL,
          next_offset INTEGER NOT NULL,
          PRIMARY KEY (topic, partition)
        ) WITHOUT ROWID;
        """)
  }
}
