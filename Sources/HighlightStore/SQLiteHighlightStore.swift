import Foundation
import GRDB
import HighlightsProtocol
import SwiftProtobuf

/// A highlight store in one SQLite file, which several processes may have open at once.
///
/// Reads do not wait for writes (WAL). A write waits up to 5 s for another process's. A crash loses
/// no applied batch; a power cut may lose the last ones, together with their offsets.
public final class SQLiteHighlightStore: HighlightStore {
  let pool: DatabasePool
  private let path: String
  private let now: @Sendable () -> UnixTime

  /// The system's clock.
  public static let wallClock: @Sendable () -> UnixTime = {
    UnixTime(Google_Protobuf_Timestamp(date: Date()))
  }

  /// Opens the file for reading and writing, creating it and bringing its schema up to date.
  ///
  /// - Parameters:
  ///   - path: The file; its folder must exist.
  ///   - now: The wall clock that decides what has expired.
  /// - Throws: `StoreError`.
  public convenience init(
    path: String, now: @escaping @Sendable () -> UnixTime = wallClock
  ) throws(StoreError) {
    try self.init(path: path, now: now, prepare: { _ in })
  }

  /// Opens the file with more settings for each of its connections.
  init(
    path: String, now: @escaping @Sendable () -> UnixTime,
    prepare: @escaping @Sendable (Database) throws -> Void
  ) throws(StoreError) {
    let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
    guard FileManager.default.fileExists(atPath: folder) else {
      throw StoreError(.folderMissing, path: folder)
    }
    do {
      pool = try Self.pool(path: path, prepare: prepare)
      try StoreSchema.migrate(pool, path: path)
    } catch {
      throw StoreError(sqlite: error, path: path)
    }
    self.path = path
    self.now = now
  }

  /// SQLite waits for a lock, but not where two processes turn a new file to WAL at once. Opening blocks its thread as
  /// any opening of a file does; this wait is 2 s at most, and only where another makes the same new file right now.
  private static func pool(
    path: String, prepare: @escaping @Sendable (Database) throws -> Void
  ) throws -> DatabasePool {
    for _ in 0..<100 {
      do {
        return try DatabasePool(path: path, configuration: .store(prepare: prepare))
      } catch let error as DatabaseError where error.resultCode == .SQLITE_BUSY {
        Thread.sleep(forTimeInterval: 0.02)
      }
    }
    return try DatabasePool(path: path, configuration: .store(prepare: prepare))
  }

  /// Opens a file that a cache writer made, for reading only.
  ///
  /// - Throws: `StoreError`: `fileMissing` when there is none, `corrupt` when it is no store.
  public init(
    readingFrom path: String, now: @escaping @Sendable () -> UnixTime = wallClock
  ) throws(StoreError) {
    guard FileManager.default.fileExists(atPath: path) else {
      throw StoreError(.fileMissing, path: path)
    }
    do {
      pool = try DatabasePool(path: path, configuration: .store(readonly: true))
      try StoreSchema.check(pool, path: path)
    } catch {
      throw StoreError(sqlite: error, path: path)
    }
    self.path = path
    self.now = now
  }

  public func apply(
    _ records: [HighlightRecord], progress: [PartitionProgress]
  ) async throws -> [ApplyResult] {
    try await typed { [pool] in
      try await pool.write { db in
        let results = try records.map { try HighlightTable.apply($0, in: db) }
        for partition in progress { try OffsetTable.advance(partition, in: db) }
        return results
      }
    }
  }

  public func highlight(forKey key: String, variant: String) async throws -> Highlight? {
    try await highlights(forKeys: [key], variant: variant)[key]
  }

  public func highlights(
    forKeys keys: [String], variant: String
  ) async throws -> [String: Highlight] {
    let moment = now()
    return try await typed { [pool, path] in
      let payloads = try await pool.read { db in
        try HighlightTable.payloads(forKeys: keys, variant: variant, at: moment, in: db)
      }
      do {
        return try payloads.mapValues { try Highlight(serializedBytes: $0) }
      } catch {
        throw StoreError(.corrupt, path: path, cause: error)
      }
    }
  }

  public func keys(citing videoID: String, variant: String) async throws -> [String] {
    let moment = now()
    return try await typed { [pool] in
      try await pool.read { db in
        try CitedVideoTable.keys(
          citing: VideoID(videoID), variant: variant, at: moment, in: db)
      }
    }
  }

  public func appliedOffsets(topic: String) async throws -> [Int32: Int64] {
    try await typed { [pool] in
      try await pool.read { try OffsetTable.nextOffsets(topic: topic, in: $0) }
    }
  }

  public func count() async throws -> Int {
    try await typed { [pool] in
      try await pool.read { try HighlightTable.count(in: $0) }
    }
  }

  public func close() async throws {
    try await typed { [pool] in
      // Waits for transactions that are running, so that closing does not find them busy.
      try await pool.barrierWriteWithoutTransaction { _ in }
      // Only a writer that closes last moves the write-ahead log into the file.
      pool.invalidateReadOnlyConnections()
      try pool.close()
    }
  }

  private func typed<Value: Sendable>(
    _ body: @Sendable () async throws -> Value
  ) async throws -> Value {
    do {
      return try await body()
    } catch let error as CancellationError {
      throw error
    } catch {
      throw StoreError(sqlite: error, path: path)
    }
  }
}

extension Configuration {
  /// The settings measured to be fastest for values of about 1 KB written in batches.
  fileprivate static func store(
    readonly: Bool = false, prepare: @escaping @Sendable (Database) throws -> Void = { _ in }
  ) -> Configuration {
    var configuration = Configuration()
    configuration.label = "HighlightStore"
    configuration.readonly = readonly
    configuration.busyMode = .timeout(5)
    configuration.foreignKeysEnabled = false
    configuration.prepareDatabase { db in
      try db.execute(sql: "PRAGMA cache_size = -65536; PRAGMA mmap_size = 268435456")
      try prepare(db)
    }
    return configuration
  }
}
