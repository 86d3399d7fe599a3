import Logging
import ServiceLifecycle
import UnixSignals

/// Runs services until they end or a signal comes.
enum Running {
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
