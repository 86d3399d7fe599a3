import Foundation
import HighlightsProtocol
import Kafka
import Logging
import SwiftProtobuf

/// Replays as `search.control` has them: what was asked, by whom, and how far each is.
///
/// Records of one key stand in one partition, so that of two processes that want the same job both see who came first.
public struct ReplayJobLog: Sendable {
  /// A job and where its record stands.
  struct Entry: Sendable {
    let state: ReplayJobState
    let offset: Int64
    let partition: Int32
  }

  /// What stands in the topic.
  struct Contents: Sendable {
    var jobs: [String: Entry] = [:]
    /// Those of jobs that are about certain keys.
    var keys: [String: [KeyDigest]] = [:]
    /// The offset after the last that was read.
    var ends: [Int32: Int64] = [:]
  }

  /// What a record of the topic is.
  enum Record: Sendable {
    case job(ReplayJobState)
    case keys(ReplayKeys)
    case command(ReplayCommand)
  }

  let client: KafkaClientConfiguration
  let producer: KafkaProducer
  let topic: String
  let logger: Logger

  /// - Parameter producer: one that does not linger: each record is waited for.
  public init(
    client: KafkaClientConfiguration, producer: KafkaProducer, topic: String,
    logger: Logger = Logger(label: "replay")
  ) {
    self.client = client
    self.producer = producer
    self.topic = topic
    self.logger = logger
  }

  // MARK: Reading

  /// All jobs, the newest first.
  public func jobs() async throws -> [ReplayJobState] {
    try await contents().jobs.values.map(\.state).sorted {
      ($0.createdAt.seconds, $0.createdAt.nanos, $0.id)
        > ($1.createdAt.seconds, $1.createdAt.nanos, $1.id)
    }
  }

  /// - Throws: ``ReplayError/unknownJob(_:)``.
  public func job(_ id: String) async throws -> ReplayJobState {
    guard let entry = try await contents().jobs[id] else { throw ReplayError.unknownJob(id) }
    return entry.state
  }

  func contents() async throws -> Contents {
    var contents = Contents()
    let ranges = try await TopicRanges(client: client, logger: logger).whole(topic)
    contents.ends = ranges.mapValues(\.upperBound)
    try await read(ranges) { id, record, message in
      switch record {
      case .job(let state):
        contents.jobs[id] = Entry(
          state: state, offset: message.offset, partition: message.partitionNumber)
      case .keys(let keys): contents.keys[id] = KeyDigest.all(in: keys.keys)
      case .command, nil: break
      }
    }
    return contents
  }

  private func read(
    _ ranges: [Int32: Range<Int64>],
    _ body: (_ id: String, Record?, KafkaMessage) -> Void
  ) async throws {
    let reader = RangeReader(client: client, topic: topic, logger: logger)
    try await reader.read(ranges) { messages in
      for message in messages {
        guard let (id, record) = Self.record(message, logger) else { continue }
        body(id, record, message)
      }
    }
  }

  /// The job's id and what is said of it; nil for other keys and for what cannot be read.
  static func record(_ message: KafkaMessage, _ logger: Logger) -> (id: String, Record)? {
    guard let key = message.key, let value = message.value,
      let (id, kind) = split(String(decoding: key, as: UTF8.self))
    else { return nil }
    do {
      switch kind {
      case "": return (id, .job(try ReplayJobState(serializedBytes: value)))
      case keysSuffix: return (id, .keys(try ReplayKeys(serializedBytes: value)))
      case commandSuffix: return (id, .command(try ReplayCommand(serializedBytes: value)))
      default: return nil
      }
    } catch {
      logger.error(
        "\(message.partition)@\(message.offset), key replay/\(id)\(kind), cannot be read: \(error)")
      return nil
    }
  }

  private static let prefix = "replay/"
  private static let keysSuffix = "/keys"
  private static let commandSuffix = "/command"

  /// The id in a record key, and what follows it.
  private static func split(_ key: String) -> (id: String, kind: String)? {
    guard key.utf8.starts(with: prefix.utf8) else { return nil }
    let rest = key.dropFirst(prefix.count)
    let end = rest.firstIndex(of: "/") ?? rest.endIndex
    return end == rest.startIndex ? nil : (String(rest[..<end]), String(rest[end...]))
  }

  // MARK: Writing

  @discardableResult
  func write(_ state: ReplayJobState) async throws(ReplayError) -> KafkaRecordMetadata {
    try await send(state, "\(Self.prefix)\(state.id)")
  }

  func write(_ keys: [KeyDigest], of id: String) async throws(ReplayError) {
    var record = ReplayKeys()
    record.keys = Data(keys.flatMap(\.bytes))
    try await send(record, "\(Self.prefix)\(id)\(Self.keysSuffix)")
  }

  func write(_ command: ReplayCommand, to id: String) async throws(ReplayError) {
    try await send(command, "\(Self.prefix)\(id)\(Self.commandSuffix)")
  }

  @discardableResult
  private func send(
    _ record: some Message, _ key: String
  ) async throws(ReplayError) -> KafkaRecordMetadata {
    do {
      return try await producer.send(
        KafkaProducerMessage(
          topic: topic, key: Array(key.utf8), value: try record.serializedBytes()))
    } catch let error as KafkaError {
      throw .kafka(error)
    } catch {
      throw .invalid(what: "record", value: key, allowed: "what protobuf can write; \(error)")
    }
  }

  // MARK: Claiming

  /// Makes this process the one that works on a job.
  ///
  /// Of two that claim it at the same time, the one whose record comes first has it.
  ///
  /// - Parameters:
  ///   - patience: how long a runner may be silent before it counts as gone.
  /// - Throws: ``ReplayError``: an unknown, a finished or a busy job.
  func claim(
    _ id: String, runner: String, patience: Duration, now: UnixTime
  ) async throws -> (state: ReplayJobState, keys: [KeyDigest]?, ends: [Int32: Int64]) {
    let contents = try await contents()
    guard let entry = contents.jobs[id] else { throw ReplayError.unknownJob(id) }
    var state = entry.state
    if let refusal = state.refusal(now: now, patience: patience) { throw refusal }
    state.runner = runner
    state.status = .running
    state.reason = ""
    state.updatedAt = now.timestamp
    state.runs += 1
    try await write(state)
    try await checkIsFirst(id, runner: runner, after: entry, patience: patience, now: now)
    return (state, contents.keys[id], contents.ends)
  }

  private func checkIsFirst(
    _ id: String, runner: String, after entry: Entry, patience: Duration, now: UnixTime
  ) async throws {
    let whole = try await TopicRanges(client: client, logger: logger).whole(topic)
    let end = whole[entry.partition]?.upperBound ?? 0
    var first: ReplayJobState?
    try await read([entry.partition: entry.offset + 1..<max(end, entry.offset + 1)]) {
      found, record, _ in
      guard found == id, first == nil, case .job(let state) = record else { return }
      first = state
    }
    guard let first, first.runner != runner else { return }
    throw ReplayError.busyJob(id, runner: first.runner, heardOf: .zero, limit: patience)
  }
}

extension ReplayJobState {
  /// Why nobody may begin to work on it: it is finished, or somebody does; nil when one may.
  func refusal(now: UnixTime, patience: Duration) -> ReplayError? {
    switch status {
    case .done, .cancelled: return .finishedJob(id, status: word)
    case .paused, .failed: return nil
    case .running, .unspecified, .UNRECOGNIZED:
      let silence = silence(now: now)
      guard silence < patience else { return nil }
      return .busyJob(id, runner: runner, heardOf: silence, limit: patience)
    }
  }

  /// How long nothing was heard of its runner.
  public func silence(now: UnixTime) -> Duration {
    .milliseconds(max(0, now.milliseconds - UnixTime(updatedAt).milliseconds))
  }

  /// The status as operators read it.
  public var word: String {
    switch status {
    case .running: "running"
    case .paused: "paused"
    case .cancelled: "cancelled"
    case .done: "done"
    case .failed: "failed"
    case .unspecified, .UNRECOGNIZED: "unknown"
    }
  }
}
