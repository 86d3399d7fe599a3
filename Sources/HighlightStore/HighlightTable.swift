import Foundation
import GRDB
import HighlightsProtocol

/// The statements over the table `highlight`.
enum HighlightTable {
  static func apply(_ record: HighlightRecord, in db: Database) throws -> ApplyResult {
    guard let stored = try version(key: record.key, variant: record.variant, in: db) else {
      try put(record, in: db)
      return .stored
    }
    switch Precedence.verdict(on: record.version, against: stored) {
    case .replaces:
      try put(record, in: db)
      return .stored
    case .isStored:
      return .stored
    case .loses:
      let payload = try Data.fetchOne(
        db.cachedStatement(sql: "SELECT payload FROM highlight WHERE key = ? AND variant = ?"),
        arguments: [record.key, record.variant])
      return .refused(
        storedIsNewer: StoredHighlight(version: stored, payload: payload ?? Data()))
    }
  }

  static func payloads(
    forKeys keys: [String], variant: String, at moment: UnixTime, in db: Database
  ) throws -> [String: Data] {
    let statement = try db.cachedStatement(
      sql: """
        SELECT payload FROM highlight
        WHERE key = ? AND variant = ?
          AND (withdrawn OR expires_at IS NULL OR expires_at > ?)
        """)
    var payloads: [String: Data] = [:]
    payloads.reserveCapacity(keys.count)
    for key in keys {
      payloads[key] = try Data.fetchOne(statement, arguments: [key, variant, moment.milliseconds])
    }
    return payloads
  }

  static func count(in db: Database) throws -> Int {
    try Int.fetchOne(db, sql: "SELECT count(*) FROM highlight") ?? 0
  }

  private static func version(
    key: String, variant: String, in db: Database
  ) throws -> HighlightVersion? {
    let statement = try db.cachedStatement(
      sql: """
        SELECT withdrawn, generated_at, topic, partition, "offset" FROM highlight
        WHERE key = ? AND variant = ?
        """)
    guard let row = try Row.fetchOne(statement, arguments: [key, variant]) else { return nil }
    return HighlightVersion(
      isWithdrawn: row[0], generatedAt: UnixTime(milliseconds: row[1]),
      position: RecordPosition(topic: row[2], partition: row[3], offset: row[4]))
  }

  private static func put(_ record: HighlightRecord, in db: Database) throws {
    let statement = try db.cachedStatement(
      sql: """
        INSERT INTO highlight
          (key, variant, withdrawn, generated_at, expires_at, topic, partition, "offset", payload)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
        ON CONFLICT (key, variant) DO UPDATE SET
          withdrawn = excluded.withdrawn, generated_at = excluded.generated_at,
          expires_at = excluded.expires_at, topic = excluded.topic,
          partition = excluded.partition, "offset" = excluded."offset",
          payload = excluded.payload
        """)
    let position = record.version.position
    try statement.execute(arguments: [
      record.key, record.variant, record.version.isWithdrawn,
      record.version.generatedAt.milliseconds, record.expiresAt?.milliseconds,
      position.topic, position.partition, position.offset, record.payload,
    ])
  }
}
