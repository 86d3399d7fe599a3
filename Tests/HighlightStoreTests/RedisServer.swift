import Foundation
import Glibc
import HighlightStore
import Synchronization
import TestSupport

/// A Redis server in a process of its own, on a free port of 127.0.0.1, that writes what it acknowledges to a file.
///
/// Tests that need it are marked `.enabled(if: RedisServer.isInstalled, "\(RedisServer.howToInstall)")`.
final class RedisServer: Sendable {
  static let howToInstall: String = "needs redis-server: apt-get install redis-server"
  static let isInstalled = executable != nil

  private static let executable = ["/usr/bin/", "/usr/local/bin/"]
    .flatMap { folder in ["redis-server", "valkey-server"].map { URL(filePath: folder + $0) } }
    .first { FileManager.default.isExecutableFile(atPath: $0.path) }

  let port: UInt16
  private let arguments: [String]
  private let process = Mutex<ServerProcess?>(nil)

  /// Runs `body` with an empty server, and ends it whatever comes of it.
  ///
  /// - Parameter options: More of the server's own, such as `["--requirepass", "x"]`.
  static func run<Value>(
    starting: Bool = true, tls folderOfTLS: String? = nil, options: [String] = [],
    _ body: (RedisServer) async throws -> Value
  ) async throws -> Value {
    try await withTemporaryFolder { folder in
      let port = try LoopbackPort.free()
      let listening =
        folderOfTLS.map {
          [
            "--port", "0", "--tls-port", "\(port)", "--tls-cert-file", $0 + "/server.pem",
            "--tls-key-file", $0 + "/server.key", "--tls-auth-clients", "no",
          ]
        } ?? ["--port", "\(port)"]
      let server = RedisServer(
        port: port,
        arguments: listening + [
          "--bind", "127.0.0.1", "--dir", folder, "--appendonly", "yes", "--save", "",
        ] + options)
      do {
        if starting { try await server.start() }
        let value = try await body(server)
        await server.kill()
        return value
      } catch {
        await server.kill()
        throw error
      }
    }
  }

  private init(port: UInt16, arguments: [String]) {
    self.port = port
    self.arguments = arguments
  }

  /// Starts it, also again with its data, and waits until it takes connections.
  func start() async throws {
    guard let executable = Self.executable else { throw TestSupportError(Self.howToInstall) }
    let started = try ServerProcess(executable: executable, arguments: arguments)
    process.withLock { $0 = started }
    try await poll("redis-server to listen on port \(port)") { LoopbackPort.answers(port) }
  }

  /// Ends it at once (SIGKILL) and waits until it has exited. May be called again.
  func kill() async {
    signal(SIGCONT)
    signal(SIGKILL)
    await process.withLock { $0 }?.terminate()
    process.withLock { $0 = nil }
  }

  func signal(_ number: Int32) {
    process.withLock { if let id = $0?.id { _ = Glibc.kill(id, number) } }
  }

  func endpoint(
    scheme: String = "redis", user: String = "", path: String = ""
  ) throws -> RedisEndpoint {
    try RedisEndpoint(url: "\(scheme)://\(user)127.0.0.1:\(port)\(path)")
  }
}
