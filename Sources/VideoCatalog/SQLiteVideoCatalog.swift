import Foundation
import GRDB
import HighlightsProtocol
import SwiftProtobuf

/// A catalogue of videos in one SQLite file, which several processes may have open at once.
///
///     let catalog = try SQLiteVideoCatalog(path: "catalog.sqlite")
///     try await catalog.insert(videos)
///     let best = try await catalog.videos(for: "how to fold a fitted sheet", locale: "en", limit: 10)
///
/// A search finds the videos that hold any of its words, best first by BM25 (FTS5), in which a word of
/// the title counts more than one of the caption, and that more than one of what is said. A word in
/// most of the videos counts next to nothing, so a question may be asked in full. Chinese, Japanese,
/// Korean, Thai, Lao, Khmer and Burmese are found by pairs of letters; see `SearchTerms`. The language
/// of the search does not matter: words of others do not match.
///
/// It suits a demonstration and catalogues that one machine holds. It knows no popularity, freshness,
/// synonyms or inflection; whoever ranks by those answers what ``HTTPVideoSearch`` asks.
///
/// Reads do not wait for writes (WAL). A write waits up to 5 s for another process's. A crash loses no
/// inserted batch.
public final class SQLiteVideoCatalog: VideoSearch {
  private let pool: DatabasePool
  private let path: String

  /// Opens the file for reading and writing, creating it and bringing its schema up to date.
  ///
  /// - Parameter path: The file; its folder must exist.
  /// - Throws: `VideoCatalogError`.
  public init(path: String) throws(VideoCatalogError) {
    let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
    guard FileManager.default.fileExists(atPath: folder) else {
      throw VideoCatalogError(.folderMissing, path: folder)
    }
    do {
      pool = try DatabasePool(path: path, configuration: .catalog())
      try CatalogSchema.migrate(pool, path: path)
    } catch {
      throw VideoCatalogError(sqlite: error, path: path)
    }
    self.path = path
  }

  /// Opens a file that holds a catalogue, for reading only.
  ///
  /// - Throws: `VideoCatalogError`: `fileMissing` when there is none, `corrupt` when it is another file.
  public init(readingFrom path: String) throws(VideoCatalogError) {
    guard FileManager.default.fileExists(atPath: path) else {
      throw VideoCatalogError(.fileMissing, path: path)
    }
    do {
      pool = try DatabasePool(path: path, configuration: .catalog(readonly: true))
      try CatalogSchema.check(pool, path: path)
    } catch {
      throw VideoCatalogError(sqlite: error, path: path)
    }
    self.path = path
  }

  /// Puts videos in, all or none, each in the place of one with its id; the last of one id counts.
  ///
  /// One call is one transaction: some hundreds of videos at a time are fast and do not keep others
  /// from writing for long. Inserting the same again changes nothing.
  ///
  /// - Throws: `VideoRejection` before anything is written, or `VideoCatalogError`.
  @discardableResult
  public func insert(_ videos: [Video]) async throws -> CatalogChange {
    for video in videos { try VideoRejection.check(video) }
    return try await typed { [pool] in
      try await pool.write { db in
        try videos.reduce(into: CatalogChange()) { $0 += try VideoTable.put($1, in: db) }
      }
    }
  }

  /// Takes videos out, all or none; ids that are not there are passed over.
  ///
  /// - Returns: How many were there.
  /// - Throws: `VideoCatalogError`.
  @discardableResult
  public func remove(_ ids: [String]) async throws -> Int {
    try await typed { [pool] in
      try await pool.write { db in
        try ids.reduce(0) { $0 + (try VideoTable.remove($1, in: db) ? 1 : 0) }
      }
    }
  }

  /// How many videos there are.
  ///
  /// - Throws: `VideoCatalogError`.
  public func count() async throws -> Int {
    try await typed { [pool] in try await pool.read(VideoTable.count) }
  }

  /// The videos that hold any word of the text, best first.
  ///
  /// The text is never read as a query language. Of a long one only the beginning counts.
  ///
  /// - Parameter locale: Not used.
  /// - Throws: `VideoCatalogError`.
  public func videos(for text: String, locale: String, limit: Int) async throws -> [Video] {
    let terms = SearchTerms.searched(text)
    return try await typed { [pool, path] in
      let payloads = try await pool.read { try VideoTable.best(terms, limit: limit, in: $0) }
      do {
        return try payloads.map { try Video(serializedBytes: $0) }
      } catch {
        throw VideoCatalogError(.corrupt, path: path, cause: error)
      }
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
      throw VideoCatalogError(sqlite: error, path: path)
    }
  }
}

extension Configuration {
  fileprivate static func catalog(readonly: Bool = false) -> Configuration {
    var configuration = Configuration()
    configuration.label = "VideoCatalog"
    configuration.readonly = readonly
    configuration.busyMode = .timeout(5)
    configuration.foreignKeysEnabled = false
    configuration.prepareDatabase { db in
      try db.execute(sql: "PRAGMA cache_size = -65536; PRAGMA mmap_size = 268435456")
    }
    return configuration
  }
}
