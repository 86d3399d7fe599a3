import GRDB

/// The tables of the SQLite file. A migration that was released is never changed.
enum CatalogSchema {
  static func migrate(_ pool: DatabasePool, path: String) throws {
    try refuseNewer(pool, path: path)
    do {
      try migrator.migrate(pool)
    } catch {
      // Two processes that create the file at once both find it empty; the one that comes second
      // to the migration's transaction fails on what the first one made.
      guard try pool.read(migrator.hasCompletedMigrations) else { throw error }
    }
  }

  /// Makes sure that a file opened for reading holds the tables.
  static func check(_ pool: DatabasePool, path: String) throws {
    try refuseNewer(pool, path: path)
    guard try pool.read(migrator.hasCompletedMigrations) else {
      throw VideoCatalogError(.corrupt, path: path)
    }
  }

  private static func refuseNewer(_ pool: DatabasePool, path: String) throws {
    if try pool.read(migrator.hasBeenSuperseded) {
      throw VideoCatalogError(.newerSchema, path: path)
    }
  }

  private static let migrator: DatabaseMigrator = {
    var migrator = DatabaseMigrator()
    migrator.registerMigration("video-catalog-v1", migrate: createTables)
    return migrator
  }()

  /// An id is its UTF-8 bytes: as a text it would end at a NUL.
  ///
  /// `video_terms` holds what `SearchTerms` made of the texts, one row a video under its number. The
  /// tokenizer `ascii` parts it at the spaces and changes nothing else. It keeps its own text, because
  /// an index without it can only forget a video's terms if they are computed the same again.
  private static func createTables(_ db: Database) throws {
    try db.execute(
      sql: """
        CREATE TABLE video (
          number INTEGER PRIMARY KEY,
          id BLOB NOT NULL UNIQUE,
          payload BLOB NOT NULL
        );
        CREATE VIRTUAL TABLE video_terms
          USING fts5(title, caption, segments, tokenize = 'ascii');
        """)
  }
}
