import Foundation
import GRDB
import HighlightsProtocol
import SwiftProtobuf

/// The statements over the table `highlight`.
enum HighlightTable {
  static func apply(_ record: HighlightRecord, in db: Database) throws -> ApplyResult {
    guard let (id, stored) = try version(key: record.key, variant: record.variant, in: db) else {
      try CitedVideoTable.add(record.videoIDs, to: try insert(record, in: db), in: db)
      return .stored
    }
    switch Precedence.verdict(on: record.version, against: stored) {
    case .replaces:
      let before = stored.isWithdrawn ? [] : VideoID.all(of: try highlight(id, in: db))
      try update(id, to: record, in: db)
      try CitedVideoTable.add(record.videoIDs.subtracting(before), to: id, in: db)
      try CitedVideoTable.remove(before.subtracting(record.videoIDs), from: id, in: db)
      return .stored
    case .isStored:
      return .stored
    case .loses:
      return .refused(
        storedIsNewer: StoredHighlight(version: stored, payload: try payload(id, in: db)))
    }
  }

  static func payload(
    forKey key: String, variant: String, at moment: UnixTime, in db: Database
  ) throws -> Data? {
    let statement = try db.cachedStatement(
      sql: """
        SELECT payload FROM highlight
        WHERE key = ? AND variant = ?
          AND (withdrawal_epoch % 2 = 1 OR expires_at IS NULL OR expires_at > ?)
        """)
    return try Data.fetchOne(statement, arguments: [key, variant, moment.milliseconds])
  }

  static func count(in db: Database) throws -> Int {
    try Int.fetchOne(db, sql: "SELECT count(*) FROM highlight") ?? 0
  }

  private static func version(
    key: String, variant: String, in db: Database
  ) throws -> (id: Int64, HighlightVersion)? {
    let statement = try db.cachedStatement(
      sql: """
        SELECT id, withdrawal_epoch, generated_at, topic, partition, "offset" FROM highlight
        WHERE key = ? AND variant = ?
        """)
    guard let row = try Row.fetchOne(statement, arguments: [key, variant]) else { return nil }
    let version = HighlightVersion(
      withdrawalEpoch: row[1], generatedAt: UnixTime(milliseconds: row[2]),
      position: RecordPosition(topic: row[3], partition: row[4], offset: row[5]))
    return (row[0], version)
  }

  private static func payload(_ id: Int64, in db: Database) throws -> Data {
    try Data.fetchOne(
      db.cachedStatement(sql: "SELECT payload FROM highlight WHERE id = ?"), arguments: [id])
      ?? Data()
  }

  private static func highlight(_ id: Int64, in db: Database) throws -> Highlight {
    try Highlight(serializedBytes: try payload(id, in: db))
  }

  private static func insert(_ record: HighlightRecord, in db: Database) throws -> Int64 {
    let statement = try db.cachedStatement(
      sql: """
        INSERT INTO highlight
          (key, variant, withdrawal_epoch, generated_at, expires_at, topic, partition, "offset",
           payload)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
        """)
    try statement.execute(arguments: [record.key, record.variant] + columns(of: record))
    return db.lastInsertedRowID
  }

  private static func update(_ id: Int64, to record: HighlightRecord, in db: Database) throws {
    let statement = try db.cachedStatement(
      sql: """
        UPDATE highlight SET
          withdrawal_epoch = ?, generated_at = ?, expires_at = ?, topic = ?, partition = ?,
          "offset" = ?, payload = ?
        WHERE id = ?
        """)
    try statement.execute(arguments: columns(of: record) + [id])
  }

  private static func columns(of record: HighlightRecord) -> StatementArguments {
    let position = record.version.position
    return [
      record.version.withdrawalEpoch, record.version.generatedAt.milliseconds,
      record.expiresAt?.milliseconds, position.topic, position.partition, position.offset,
      record.payload,
    ]
  }
}
