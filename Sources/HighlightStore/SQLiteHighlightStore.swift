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
  private let readers: PointReaders
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

  /// As many threads as may read at once; more would only share the processors' caches.
  private static let readerCount = min(8, ProcessInfo.processInfo.activeProcessorCount)

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
      readers = try PointReaders(
        path: path, count: Self.readerCount, configuration: .store(prepare: prepare))
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
      readers = try PointReaders(path: path, count: Self.readerCount, configuration: .store())
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
    let payload = try await payload(forKey: key, variant: variant)
    return try payload.map(highlight)
  }

  public func payload(forKey key: String, variant: String) async throws -> Data? {
    switch try payloadAtOnce(forKey: key, variant: variant) {
    case .found(let payload): payload
    case .missing: nil
    case .mustWait: try await payloads(forKeys: [key], variant: variant)[key]
    }
  }

  public func payloadAtOnce(forKey key: String, variant: String) throws -> ReadAtOnce {
    let moment = now()
    do {
      let read = try readers.read { db in
        try HighlightTable.payload(forKey: key, variant: variant, at: moment, in: db)
      }
      return read.map { $0.map(ReadAtOnce.found) ?? .missing } ?? .mustWait
    } catch {
      throw StoreError(sqlite: error, path: path)
    }
  }

  public func highlights(
    forKeys keys: [String], variant: String
  ) async throws -> [String: Highlight] {
    try await payloads(forKeys: keys, variant: variant).mapValues(highlight)
  }

  private func payloads(forKeys keys: [String], variant: String) async throws -> [String: Data] {
    let moment = now()
    return try await typed { [pool] in
      try await pool.read { db in
        try keys.reduce(into: [:]) { payloads, key in
          payloads[key] = try HighlightTable.payload(
            forKey: key, variant: variant, at: moment, in: db)
        }
      }
    }
  }

  private func highlight(_ payload: Data) throws(StoreError) -> Highlight {
    do {
      return try Highlight(serializedBytes: payload)
    } catch {
      throw StoreError(.corrupt, path: path, cause: error)
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
    try await typed { [pool, readers] in
      try readers.close()
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
