import GRDB

/// The tables of the SQLite file. A migration that was released is never changed.
enum StoreSchema {
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
      throw StoreError(.corrupt, path: path)
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
    return migrator
  }()

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
