import Foundation
import Glibc
import Logging
import ServiceLifecycle
import UnixSignals

/// What a load process does with its life.
public enum ChildServices {
  /// Runs services until standard input closes, which also happens when the parent dies, and then shuts them down
  /// gracefully.
  public static func run(_ services: [any Service]) async throws {
    Thread.detachNewThread {
      var byte: UInt8 = 0
      while read(STDIN_FILENO, &byte, 1) > 0 {}
      kill(getpid(), SIGTERM)
    }
    var configuration = ServiceGroupConfiguration(
      services: services, gracefulShutdownSignals: [.sigterm], logger: Logger(label: "lifecycle"))
    configuration.maximumGracefulShutdownDuration = .seconds(30)
    try await ServiceGroup(configuration: configuration).run()
  }

  /// Prints a line that the parent waits for.
  public static func say(_ line: String) {
    print(line)
    fflush(nil)
  }
}
