import GRDB
import Synchronization

/// Connections for reading one row at a time, on the thread that asks.
///
/// A point read takes a few microseconds, and handing it to another thread and back takes more than ten times that. A
/// connection that another thread is using, or a file that another process has locked, is never waited for: the caller
/// goes to the pool then, which waits off its thread.
final class PointReaders: Sendable {
  private struct State: Sendable {
    var idle: [DatabaseQueue]
    var isClosed = false
  }

  private let state: Mutex<State>

  /// Opens as many connections as threads may read at once.
  ///
  /// - Throws: What SQLite throws when it cannot open the file.
  init(path: String, count: Int, configuration: Configuration) throws {
    var configuration = configuration
    configuration.readonly = true
    configuration.busyMode = .immediateError
    let idle = try (0..<count).map { _ in
      try DatabaseQueue(path: path, configuration: configuration)
    }
    state = Mutex(State(idle: idle))
  }

  /// Reads with a connection that is idle; nil where none is, or where SQLite would have to wait.
  ///
  /// One statement sees one state of the file; two need not see the same.
  func read<Value>(_ body: (Database) throws -> Value) throws -> Value? {
    guard let reader = state.withLock({ $0.idle.popLast() }) else { return nil }
    defer { giveBack(reader) }
    do {
      return try reader.unsafeReentrantRead(body)
    } catch let error as DatabaseError where error.resultCode == .SQLITE_BUSY {
      return nil
    }
  }

  /// Closes what is idle now, and what is not as soon as it is.
  func close() throws {
    let idle = state.withLock { state in
      defer { state.idle = [] }
      state.isClosed = true
      return state.idle
    }
    for reader in idle { try reader.close() }
  }

  private func giveBack(_ reader: DatabaseQueue) {
    let isClosed = state.withLock { state in
      if !state.isClosed { state.idle.append(reader) }
      return state.isClosed
    }
    // A connection that nobody refers to any more closes itself too; this says when.
    if isClosed { try? reader.close() }
  }
}
