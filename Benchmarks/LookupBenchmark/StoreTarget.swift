import ArgumentParser
import BenchmarkSupport
import Foundation
import HighlightStore
import Synchronization
import TestSupport

/// The store that a writer in a process of its own fills.
struct StoreTarget: ParsableArguments {
  @Option(help: "A file to be, or a redis:// URL.")
  var store: String

  func open() throws -> any HighlightStore {
    store.hasPrefix("redis://")
      ? try RedisHighlightStore(endpoint: RedisEndpoint(url: store))
      : try SQLiteHighlightStore(path: store)
  }
}

/// Which of the two stores, each run with an empty one of its own.
enum StoreKind: String, CaseIterable {
  case sqlite, redis

  /// Runs `body` with what to name an empty store by, and drops that whatever comes of it.
  func run<T>(_ body: (String) async throws -> T) async throws -> T {
    let folder = FileManager.default.temporaryDirectory.appending(path: "writes-\(UUID())")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    switch self {
    case .sqlite: return try await body(folder.appending(path: "store.sqlite").path)
    case .redis: return try await Self.withRedis(in: folder, body)
    }
  }

  /// It writes what it acknowledges to a file, as a store that is to survive its crash does.
  private static func withRedis<T>(
    in folder: URL, _ body: (String) async throws -> T
  ) async throws -> T {
    let executable = URL(filePath: "/usr/bin/redis-server")
    guard FileManager.default.isExecutableFile(atPath: executable.path) else {
      throw BenchmarkError("needs redis-server: apt-get install redis-server")
    }
    let port = try LoopbackPort.free()
    let server = try ServerProcess.redis(executable, port, folder)
    let result: Result<T, any Error>
    do {
      try await poll("redis-server to listen on port \(port)") { LoopbackPort.answers(port) }
      result = .success(try await body("redis://127.0.0.1:\(port)"))
    } catch { result = .failure(error) }
    await server.terminate()
    return try result.get()
  }
}

extension ServerProcess {
  fileprivate static func redis(
    _ executable: URL, _ port: UInt16, _ folder: URL
  ) throws -> ServerProcess {
    try ServerProcess(
      executable: executable,
      arguments: [
        "--port", "\(port)", "--bind", "127.0.0.1", "--dir", folder.path, "--appendonly", "yes",
        "--save", "",
      ])
  }
}

/// When how many records were in the store.
final class WriteProgress: Sendable {
  private let marks = Mutex<[(at: ContinuousClock.Instant, records: Int)]>([])
  private let total: Int
  private let ended: AsyncStream<Void>
  private let end: AsyncStream<Void>.Continuation

  init(total: Int) {
    self.total = total
    (ended, end) = AsyncStream.makeStream()
  }

  func wrote(_ records: Int) {
    let sum = marks.withLock { marks in
      let sum = (marks.last?.records ?? 0) + records
      marks.append((.now, sum))
      return sum
    }
    if sum >= total { end.finish() }
  }

  func waitForAll() async { for await _ in ended {} }

  /// Records a second between the first and the last tenth of them.
  var rate: Double {
    marks.withLock { marks in
      guard let first = marks.first(where: { $0.records >= total / 10 }),
        let last = marks.first(where: { $0.records >= total - total / 10 })
      else { return .nan }
      return Double(last.records - first.records) / ((last.at - first.at) / .seconds(1))
    }
  }
}
