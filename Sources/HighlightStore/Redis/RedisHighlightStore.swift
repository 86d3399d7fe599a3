import Foundation
import HighlightsProtocol
import Logging
import Synchronization

/// A highlight store on a Redis or Valkey server, which a whole fleet may share.
///
/// No command touches two keys, so that a cluster could hold them: `hl:{<key>}:<variant>` is a highlight (see
/// `RedisValue`), the sorted set `hl:video:{<id>}:<variant>` which keys may cite a video, and the hash
/// `hl:applied:<topic>` how far its partitions are applied. A batch is no transaction: each of
/// its records is, and how far it brings its partitions is written once all of them are acknowledged, so that a crash
/// in between applies some of them again and loses none. An error says no more than that: part of the batch may be
/// stored, and the batch is to be applied again.
///
/// The server drops a highlight when it expires, and with it what would refuse an older record that came again later;
/// a record that is delivered twice must therefore be followed by those that came after it, as in Kafka's order.
/// A key that was ever withdrawn stays, also once that was lifted and what was written since has expired: what holds
/// its epoch is all that keeps the old withdrawal, coming again, from winning. That is about 1 KB for each such key.
///
/// A key is put into the sets of its videos before its highlight is written, and leaves one when the last highlight
/// that cited the video expires, and never sooner: whatever is cut short or comes at once, a set holds too much and
/// never too little, and what is too much is seen by reading the highlight. So a set is as large as the number of keys
/// whose unexpired highlights cite the video or did, at about 150 bytes each: 15 MB for a video cited by 100,000. It
/// goes with its last key. Highlights that never expire leave their keys there for good.
///
/// What is acknowledged survives a crash of the server as far as its own settings promise:
/// `appendonly yes` for a crash of the process, and `appendfsync always` for a power cut; `maxmemory-policy` must be
/// `noeviction`, for an evicted withdrawal is a lost one.
///
/// While the server is away calls throw `unavailable` at once, and it is connected to again without end.
///
/// A user who looks up needs no more than `~hl:* +get +ping`, and `+select` for another database than 0; one who writes
/// needs `+script|load +evalsha +eval +set +pexpireat +hget +hset +hgetall +time +zadd +zremrangebyscore +zrange
/// +persist` too, one who takes videos down `+zrange`, and one who counts `+scan`.
public final class RedisHighlightStore: HighlightStore {
  private let client: RedisClient
  private let path: String
  private let compressedFrom: Int
  let now: @Sendable () -> UnixTime
  /// The names under which the server keeps scripts; they follow from the text alone.
  private let digests = Mutex<[String: [UInt8]]>([:])

  /// At most that many commands or about that many bytes are sent before their replies are waited for.
  static let chunk = (commands: 1_000, bytes: 1 << 20)

  /// Begins to connect, without waiting for it: a server that is away shows in the first call.
  ///
  /// - Parameters:
  ///   - endpoint: Where the server is.
  ///   - settings: Time limits and bounds.
  ///   - now: The wall clock that decides what has expired.
  ///   - logger: Told of connections that are lost and made.
  /// - Throws: `StoreError` when the trusted certificates cannot be read.
  public init(
    endpoint: RedisEndpoint, settings: RedisSettings = RedisSettings(),
    now: @escaping @Sendable () -> UnixTime = SQLiteHighlightStore.wallClock,
    logger: Logger? = nil
  ) throws(StoreError) {
    client = try RedisClient(endpoint: endpoint, settings: settings, logger: logger)
    path = "\(endpoint)"
    compressedFrom = settings.compressedFrom
    self.now = now
  }

  public func apply(
    _ records: [HighlightRecord], progress: [PartitionProgress]
  ) async throws -> [ApplyResult] {
    try await cite(records)
    let replies = try await run(
      .apply,
      records.map { [compressedFrom] record in
        let expires = record.version.withdrawalEpoch == 0 ? record.expiresAt : nil
        return ScriptCall(
          key: Self.place(of: record.key, record.variant),
          arguments: [
            RedisValue(record).bytes(compressingFrom: compressedFrom),
            Array((expires.map { "\($0.milliseconds)" } ?? "").utf8),
          ])
      })
    let results = try zip(records, replies).map { try result($1, for: $0) }
    try await advance(progress)
    return results
  }

  public func highlight(forKey key: String, variant: String) async throws -> Highlight? {
    try await highlights(forKeys: [key], variant: variant)[key]
  }

  public func payload(forKey key: String, variant: String) async throws -> Data? {
    try await values(forKeys: [key], variant: variant)[key]?.payload
  }

  public func highlights(
    forKeys keys: [String], variant: String
  ) async throws -> [String: Highlight] {
    var found: [String: Highlight] = [:]
    for (key, value) in try await values(forKeys: keys, variant: variant) {
      do {
        found[key] = try value.highlight()
      } catch {
        throw damaged(key, error)
      }
    }
    return found
  }

  /// What is stored under keys and may be shown.
  private func values(
    forKeys keys: [String], variant: String
  ) async throws -> [String: RedisValue] {
    let moment = now()
    let distinct = Array(Set(keys))
    let replies = try await send(
      distinct.map { RedisCommand("GET", Self.place(of: $0, variant)) })
    var found: [String: RedisValue] = [:]
    found.reserveCapacity(distinct.count)
    for (key, reply) in zip(distinct, replies) {
      guard let value = try value(reply, of: key), value.isCurrent(at: moment) else { continue }
      found[key] = value
    }
    return found
  }

  public func appliedOffsets(topic: String) async throws -> [Int32: Int64] {
    let reply = try await send([RedisCommand("HGETALL", Self.place(ofProgressOf: topic))])
    guard case .array(let pairs) = reply.first else { throw unexpected(reply.first) }
    var offsets: [Int32: Int64] = [:]
    for index in stride(from: 0, to: pairs.count - 1, by: 2) {
      guard let partition = pairs[index].text.flatMap({ Int32($0) }),
        let offset = pairs[index + 1].text.flatMap({ Int64($0) })
      else { throw damaged(Self.place(ofProgressOf: topic), RedisProblem("not a number")) }
      offsets[partition] = offset
    }
    return offsets
  }

  /// Walks over all keys of the database, 1,000 a command: for reports, not for look-ups. It may be a little wrong
  /// while others write, and what has expired is not counted any more.
  public func count() async throws -> Int {
    var cursor = "0"
    var count = 0
    repeat {
      try Task.checkCancellation()
      let reply = try await send([
        RedisCommand("SCAN", cursor, "MATCH", "hl:{*", "COUNT", "1000")
      ])
      guard case .array(let parts) = reply.first, parts.count == 2, let next = parts[0].text,
        case .array(let keys) = parts[1]
      else { throw unexpected(reply.first) }
      count += keys.count
      cursor = next
    } while cursor != "0"
    return count
  }

  public func close() async throws { await client.close() }
}

// MARK: - Keys, values and results

extension RedisHighlightStore {
  private static func place(of key: String, _ variant: String) -> String {
    "hl:{\(key)}:\(variant)"
  }
  private static func place(ofProgressOf topic: String) -> String { "hl:applied:\(topic)" }

  private func result(
    _ reply: RedisReply, for record: HighlightRecord
  ) throws(StoreError) -> ApplyResult {
    if case .integer = reply { return .stored }
    guard let winner = try value(reply, of: record.key) else { throw unexpected(reply) }
    return .refused(
      storedIsNewer: StoredHighlight(version: winner.version, payload: winner.payload))
  }

  private func value(_ reply: RedisReply, of key: String) throws(StoreError) -> RedisValue? {
    switch reply {
    case .null: return nil
    case .bytes(let bytes):
      do {
        return try RedisValue(bytes)
      } catch {
        switch error {
        case .damaged: throw damaged(key, RedisProblem("not as it was written"))
        case .unknownLayout:
          throw StoreError(.newerSchema, path: path, cause: RedisProblem("its highlight \(key)"))
        case .olderLayout:
          throw StoreError(.olderSchema, path: path, cause: RedisProblem("its highlight \(key)"))
        }
      }
    default: throw unexpected(reply)
    }
  }

  private func damaged(_ key: String, _ cause: any Error) -> StoreError {
    StoreError(.corrupt, path: path, cause: RedisProblem("its highlight \(key): \(cause)"))
  }

  func unexpected(_ reply: RedisReply?) -> StoreError {
    StoreError(.failed, path: path, cause: RedisProblem("an unexpected reply: \(reply ?? .null)"))
  }
}

// MARK: - Commands

extension RedisHighlightStore {
  struct ScriptCall {
    let key: String
    let arguments: [[UInt8]]
  }

  private func advance(_ progress: [PartitionProgress]) async throws(StoreError) {
    let byTopic = Dictionary(grouping: progress, by: \.topic)
    _ = try await run(
      .advance,
      byTopic.map { topic, partitions in
        ScriptCall(
          key: Self.place(ofProgressOf: topic),
          arguments: partitions.flatMap {
            let digits = "\(max(0, $0.nextOffset))"
            let padded = String(repeating: "0", count: 19 - digits.count) + digits
            return [Array("\($0.partition)".utf8), Array(padded.utf8)]
          })
      })
  }

  /// Runs a script once a call, by its digest; by its text where the server does not know it, after a restart say.
  func run(
    _ script: RedisScript, _ calls: [ScriptCall]
  ) async throws(StoreError) -> [RedisReply] {
    guard !calls.isEmpty else { return [] }
    let digest = try await digest(of: script)
    var replies = try await send(
      calls.map { Self.command("EVALSHA", digest, $0) }, allowing: "NOSCRIPT")
    let missed = replies.indices.filter { replies[$0].isError("NOSCRIPT") }
    let again = try await send(
      missed.map { Self.command("EVAL", Array(script.text.utf8), calls[$0]) })
    for (index, reply) in zip(missed, again) { replies[index] = reply }
    return replies
  }

  private static func command(_ name: String, _ script: [UInt8], _ call: ScriptCall) -> RedisCommand
  {
    var command = RedisCommand(name)
    command.add(script)
    command.add("1")
    command.add(call.key)
    for argument in call.arguments { command.add(argument) }
    return command
  }

  private func digest(of script: RedisScript) async throws(StoreError) -> [UInt8] {
    if let known = digests.withLock({ $0[script.text] }) { return known }
    let reply = try await send([RedisCommand("SCRIPT", "LOAD", script.text)])
    guard case .bytes(let digest) = reply.first else { throw unexpected(reply.first) }
    digests.withLock { $0[script.text] = digest }
    return digest
  }

  /// Sends commands a chunk at a time.
  ///
  /// - Throws: The first error among the replies, once all of its chunk are there, unless its code is allowed.
  func send(
    _ commands: [RedisCommand], allowing code: String? = nil
  ) async throws(StoreError) -> [RedisReply] {
    var replies: [RedisReply] = []
    replies.reserveCapacity(commands.count)
    var rest = commands[...]
    while !rest.isEmpty {
      var bytes = 0
      let chunk = rest.prefix(Self.chunk.commands).prefix { command in
        defer { bytes += command.bytes.count }
        return bytes < Self.chunk.bytes
      }
      rest = rest.dropFirst(chunk.count)
      for reply in try await client.send(Array(chunk)) {
        if case .error(let text) = reply, code.map(reply.isError) != true {
          throw StoreError(redis: text, path: path)
        }
        replies.append(reply)
      }
    }
    return replies
  }
}

extension RedisReply {
  var text: String? {
    if case .bytes(let bytes) = self { String(validating: bytes, as: UTF8.self) } else { nil }
  }

  fileprivate func isError(_ code: String) -> Bool {
    if case .error(let text) = self { text.hasPrefix(code) } else { false }
  }
}
