import Foundation
import Glibc
import Synchronization

/// A noida-db broker in a process of its own, on a free port of 127.0.0.1, with its data in memory, behind a
/// ``FetchRelay`` that keeps idle consumers idle.
///
/// Tests that need it are marked `.enabled(if: NoidaBroker.isInstalled, "\(NoidaBroker.howToInstall)")`.
public final class NoidaBroker: Sendable {
  public static let howToInstall: String = "needs noida-db: run Tests/Support/install-broker.sh"

  /// Whether `Tests/Support/install-broker.sh` has put it into `.venv-test`.
  public static var isInstalled: Bool {
    let site = repository.appending(path: ".venv-test/lib")
    let versions = (try? FileManager.default.contentsOfDirectory(atPath: site.path)) ?? []
    return versions.contains { version in
      FileManager.default.fileExists(
        atPath: site.appending(path: "\(version)/site-packages/noida_db/noida-db").path)
    }
  }

  /// The root of the checkout.
  public static let repository = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  public let port: UInt16
  public var bootstrapServers: String { relay.address }
  private let relay: FetchRelay
  private let directory: URL
  private let process: Mutex<ServerProcess>

  /// Starts the broker and waits until it takes connections.
  public static func start() async throws -> NoidaBroker {
    let memory = URL(filePath: "/dev/shm")
    let parent =
      FileManager.default.isWritableFile(atPath: memory.path)
      ? memory : FileManager.default.temporaryDirectory
    let directory = parent.appending(path: "noida-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    let port = try LoopbackPort.free()
    let broker = NoidaBroker(
      port: port, relay: try FetchRelay(to: port), directory: directory,
      process: try launch(port, directory))
    do {
      try await broker.listens()
    } catch {
      await broker.stop()
      throw error
    }
    return broker
  }

  private static func launch(_ port: UInt16, _ directory: URL) throws -> ServerProcess {
    try ServerProcess(
      executable: repository.appending(path: "Tests/Support/noida-db.sh"),
      arguments: ["\(port)", directory.path])
  }

  private func listens() async throws {
    try await poll("noida-db to listen on port \(port)") { LoopbackPort.answers(port) }
  }

  /// Ends the broker, runs `body` without it, and starts it again with its data, at the same address.
  public func restart(_ body: () async throws -> Void = {}) async throws {
    await process.withLock { $0 }.terminate()
    try await body()
    let next = try Self.launch(port, directory)
    process.withLock { $0 = next }
    try await listens()
  }

  private init(port: UInt16, relay: FetchRelay, directory: URL, process: ServerProcess) {
    self.port = port
    self.relay = relay
    self.directory = directory
    self.process = Mutex(process)
  }

  /// Ends the broker, waits until it has exited and drops its data. May be called again.
  public func stop() async {
    relay.close()
    await process.withLock { $0 }.terminate()
    try? FileManager.default.removeItem(at: directory)
  }

  /// Runs `body` with a broker and stops it whatever comes of it.
  public static func run<T>(_ body: (NoidaBroker) async throws -> T) async throws -> T {
    let broker = try await start()
    do {
      let result = try await body(broker)
      await broker.stop()
      return result
    } catch {
      await broker.stop()
      throw error
    }
  }
}
