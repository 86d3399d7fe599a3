import Foundation
import GRDB
import HighlightsProtocol
import Synchronization
import Testing

@testable import HighlightStore

/// What only a store in a file can do or suffer.
@Suite("The SQLite highlight store")
struct SQLiteHighlightStoreTests {
  @Test("applies nothing of a batch that fails in the middle, nor its offsets")
  func atomicBatch() async throws {
    try await withTemporaryFolder { folder in
      let store = try SQLiteHighlightStore(path: folder + "/h.sqlite")
      try await store.pool.write { db in
        try db.execute(
          sql: """
            CREATE TRIGGER refuse BEFORE INSERT ON highlight WHEN NEW.key = 'c'
            BEGIN SELECT RAISE(ABORT, 'refused by the test'); END
            """)
      }
      let batch = try ["a", "b", "c", "d"].enumerated().map {
        try record($1, offset: Int64($0))
      }
      let error = await #expect(throws: StoreError.self) { try await store.apply(batch) }
      #expect(error?.reason == .failed)
      #expect(error?.description.contains("refused by the test") == true)
      #expect(try await store.count() == 0)
      #expect(try await store.appliedOffsets(topic: "search.highlights") == [:])
    }
  }

  @Test("names the folder that is missing")
  func missingFolder() async throws {
    try await withTemporaryFolder { folder in
      let error = #expect(throws: StoreError.self) {
        try SQLiteHighlightStore(path: folder + "/none/h.sqlite")
      }
      #expect(error?.reason == .folderMissing)
      #expect(error?.path == folder + "/none")
    }
  }

  @Test("opened for reading, names the file that is missing and does not create it")
  func missingFile() async throws {
    try await withTemporaryFolder { folder in
      let path = folder + "/h.sqlite"
      let error = #expect(throws: StoreError.self) { try SQLiteHighlightStore(readingFrom: path) }
      #expect(error?.reason == .fileMissing)
      #expect(error?.description.contains(path) == true)
      #expect(!FileManager.default.fileExists(atPath: path))
    }
  }

  @Test("opened for reading, sees what a writer applies, and cannot write")
  func readOnly() async throws {
    try await withTemporaryFolder { folder in
      let path = folder + "/h.sqlite"
      let writer = try SQLiteHighlightStore(path: path)
      let reader = try SQLiteHighlightStore(readingFrom: path)
      _ = try await writer.apply([record("a")])
      #expect(try await reader.highlight(forKey: "a") != nil)
      let error = await #expect(throws: StoreError.self) {
        try await reader.apply([record("b")])
      }
      #expect(error?.reason == .permission)
      try await writer.close()
      try await reader.close()

      let alone = try SQLiteHighlightStore(readingFrom: path)
      #expect(try await alone.highlight(forKey: "a") != nil)
      try await alone.close()
    }
  }

  @Test("says that a file which is no database is corrupt", arguments: [true, false])
  func notADatabase(reading: Bool) async throws {
    try await withTemporaryFolder { folder in
      let path = folder + "/h.sqlite"
      try Data(repeating: 0x5A, count: 8_192).write(to: URL(fileURLWithPath: path))
      let error = #expect(throws: StoreError.self) {
        _ =
          try reading
          ? SQLiteHighlightStore(readingFrom: path) : SQLiteHighlightStore(path: path)
      }
      #expect(error?.reason == .corrupt)
      #expect(error?.path == path)
      #expect(error?.cause != nil)
    }
  }

  @Test("says that a file with damaged pages is corrupt")
  func damagedPages() async throws {
    try await withTemporaryFolder { folder in
      let path = folder + "/h.sqlite"
      let store = try SQLiteHighlightStore(path: path)
      _ = try await store.apply((0..<500).map { try record("k\($0)", offset: Int64($0)) })
      try await store.close()
      #expect(!FileManager.default.fileExists(atPath: path + "-wal"))
      var bytes = try Data(contentsOf: URL(fileURLWithPath: path))
      try #require(bytes.count > 16_384)
      // The schema stays readable.
      for index in bytes.indices.dropFirst(16_384) { bytes[index] = 0xA5 }
      try bytes.write(to: URL(fileURLWithPath: path))

      let error = await #expect(throws: StoreError.self) {
        let damaged = try SQLiteHighlightStore(path: path)
        _ = try await damaged.highlights(forKeys: (0..<500).map { "k\($0)" })
      }
      #expect(error?.reason == .corrupt)
    }
  }

  @Test("opened for reading, says that another program's database is no store")
  func otherDatabase() async throws {
    try await withTemporaryFolder { folder in
      let path = folder + "/h.sqlite"
      let other = try DatabaseQueue(path: path)
      try await other.write { try $0.execute(sql: "CREATE TABLE t (x)") }
      try other.close()
      let error = #expect(throws: StoreError.self) { try SQLiteHighlightStore(readingFrom: path) }
      #expect(error?.reason == .corrupt)
    }
  }

  @Test("brings a file of the first version up to date as if its topic had been read again")
  func firstVersion() async throws {
    try await withTemporaryFolder { folder in
      let path = folder + "/h.sqlite"
      let records = [
        try record("a", citing: ["v"], showing: ["w"]), try record("b", status: .withdrawn),
        try record("c", epoch: 2, citing: ["v"]),
      ]
      let old = try DatabaseQueue(path: path)
      try await old.write { db in
        try db.execute(sql: "CREATE TABLE grdb_migrations (identifier TEXT NOT NULL PRIMARY KEY)")
        try StoreSchema.createTables(db)
        try db.execute(sql: "INSERT INTO grdb_migrations VALUES ('v1')")
        for record in records {
          try db.execute(
            sql: """
              INSERT INTO highlight (key, variant, withdrawn, generated_at, topic, partition, "offset", payload)
              VALUES (?, '', ?, ?, 'search.highlights', 0, 0, ?)
              """,
            arguments: [
              record.key, record.version.isWithdrawn, record.version.generatedAt.milliseconds,
              record.payload,
            ])
        }
      }
      try old.close()

      let early = #expect(throws: StoreError.self) { try SQLiteHighlightStore(readingFrom: path) }
      #expect(early?.reason == .olderSchema)

      let store = try SQLiteHighlightStore(path: path)
      #expect(try await store.apply(records) == [.stored, .stored, .stored])
      #expect(try await store.keys(citing: "v", variant: "") == ["a", "c"])
      #expect(try await store.keys(citing: "w", variant: "") == ["a"])
      #expect(
        try await store.apply([record("b", at: 900, offset: 9)]) == [.refused(by: records[1])])
      #expect(
        try await store.apply([record("c", at: 900, offset: 9, status: .withdrawn, epoch: 1)])
          == [.refused(by: records[2])])
    }
  }

  @Test("leaves a file that a newer version made alone", arguments: [true, false])
  func newerSchema(reading: Bool) async throws {
    try await withTemporaryFolder { folder in
      let path = folder + "/h.sqlite"
      let store = try SQLiteHighlightStore(path: path)
      try await store.pool.write { db in
        try db.execute(sql: "INSERT INTO grdb_migrations VALUES ('v999')")
      }
      try await store.close()
      let error = #expect(throws: StoreError.self) {
        _ =
          try reading
          ? SQLiteHighlightStore(readingFrom: path) : SQLiteHighlightStore(path: path)
      }
      #expect(error?.reason == .newerSchema)
    }
  }

  @Test("says that the disk is full, keeps what it had and works on when there is room")
  func fullDisk() async throws {
    try await withTemporaryFolder { folder in
      let path = folder + "/h.sqlite"
      let store = try SQLiteHighlightStore(
        path: path, now: SQLiteHighlightStore.wallClock,
        prepare: { db in try db.execute(sql: "PRAGMA max_page_count = 40") })
      _ = try await store.apply([record("first")])
      let error = await #expect(throws: StoreError.self) {
        try await store.apply((0..<5_000).map { try record("k\($0)", offset: Int64($0)) })
      }
      #expect(error?.reason == .diskFull)
      #expect(try await store.count() == 1)
      #expect(try await store.apply([record("second")]) == [.stored])
    }
  }

  @Test("is created once by many that open it at the same time")
  func concurrentOpen() async throws {
    try await withTemporaryFolder { folder in
      for round in 0..<10 {
        try await withThrowingTaskGroup { group in
          for writer in 0..<4 {
            group.addTask {
              let store = try SQLiteHighlightStore(path: folder + "/\(round).sqlite")
              _ = try await store.apply([record("k\(writer)")])
            }
          }
          try await group.waitForAll()
        }
        let store = try SQLiteHighlightStore(path: folder + "/\(round).sqlite")
        #expect(try await store.count() == 4)
      }
    }
  }

  @Test("opens a file that another process creates between its look and its write")
  func overtakenCreation() async throws {
    try await withTemporaryFolder { folder in
      let path = folder + "/h.sqlite"
      var configuration = Configuration()
      configuration.allowsUnsafeTransactions = true
      let other = try DatabasePool(path: path, configuration: configuration)
      try await other.writeWithoutTransaction { db in
        try db.execute(sql: "CREATE TABLE grdb_migrations (identifier TEXT NOT NULL PRIMARY KEY)")
        try db.beginTransaction(.immediate)
      }
      // On threads of their own: blocked in the pool of tasks, the one would keep the other from ending its wait.
      let commits = Mutex<[Result<Void, any Error>]>([])
      @Sendable func commitOnce() {
        commits.withLock { commits in
          guard commits.isEmpty else { return }
          commits.append(
            Result {
              try other.writeWithoutTransaction { db in
                try StoreSchema.createTables(db)
                try db.execute(sql: "INSERT INTO grdb_migrations VALUES ('v1')")
                try db.commit()
              }
            })
        }
      }
      let store = try await withCheckedThrowingContinuation { continuation in
        DispatchQueue.global().async {
          continuation.resume(
            with: Result {
              try SQLiteHighlightStore(
                path: path, now: SQLiteHighlightStore.wallClock,
                prepare: { db in
                  db.trace {
                    guard "\($0)".hasPrefix("BEGIN IMMEDIATE") else { return }
                    DispatchQueue.global().async { commitOnce() }
                  }
                })
            })
        }
      }
      #expect(try await store.count() == 0)
      try #require(commits.withLock { $0.first }).get()
    }
  }
}
