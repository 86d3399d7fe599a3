import Logging
import ServiceLifecycle
import UnixSignals

/// Runs services until they end or a signal comes.
enum Running {
  /// Runs what cannot be cancelled at once, such as a question to brokers that are away, and leaves it alone on
  /// graceful shutdown.
  ///
  /// - Returns: nil when it was left alone.
  static func untilShutdown<Value: Sendable>(
    _ body: @escaping @Sendable () async throws -> Value
  ) async throws -> Value? {
    let (ends, ended) = AsyncStream<Result<Value, any Error>>.makeStream()
    let task = Task {
      do { ended.yield(.success(try await body())) } catch { ended.yield(.failure(error)) }
      ended.finish()
    }
    let end = await cancelWhenGracefulShutdown { await ends.first { _ in true } }
    task.cancel()
    return try end?.get()
  }

  /// SIGTERM and SIGINT shut down gracefully; a second signal, or a drain that takes 30 s longer than it
  /// may, cancels.
  static func untilSignal(
    _ services: [any Service], drain: Duration
  ) async -> Result<Void, any Error> {
    var configuration = ServiceGroupConfiguration(
      services: services.map {
        .init(
          service: $0, successTerminationBehavior: .gracefullyShutdownGroup,
          failureTerminationBehavior: .gracefullyShutdownGroup)
      },
      gracefulShutdownSignals: [.sigterm, .sigint], logger: Logger(label: "lifecycle"))
    configuration.maximumGracefulShutdownDuration = drain + .seconds(30)
    do {
      return .success(try await ServiceGroup(configuration: configuration).run())
    } catch {
      return .failure(error)
    }
  }
}
