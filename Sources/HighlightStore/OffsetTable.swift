import GRDB

/// The statements over the table `applied_offset`.
enum OffsetTable {
  static func advance(_ progress: PartitionProgress, in db: Database) throws {
    let statement = try db.cachedStatement(
      sql: """
        INSERT INTO applied_offset (topic, partition, next_offset) VALUES (?, ?, ?)
        ON CONFLICT (topic, partition)
          DO UPDATE SET next_offset = max(next_offset, excluded.next_offset)
        """)
    try statement.execute(
      arguments: [progress.topic, progress.partition, progress.nextOffset])
  }

  static func nextOffsets(topic: String, in db: Database) throws -> [Int32: Int64] {
    let rows = try Row.fetchAll(
      db.cachedStatement(
        sql: "SELECT partition, next_offset FROM applied_offset WHERE topic = ?"),
      arguments: [topic])
    return Dictionary(uniqueKeysWithValues: rows.map { ($0[0] as Int32, $0[1] as Int64) })
  }
}
