import GatewaySimulator
import LLMGateway
import Logging
import ServiceLifecycle

/// The simulated gateway inside this process, for runs without a gateway.
enum BuiltInSimulator {
  static func run(
    _ settings: Settings, _ body: (Deployment) async throws -> Void
  ) async throws {
    var configuration = settings.simulator.configuration
    configuration.host = "127.0.0.1"
    configuration.port = 0
    var logger = Logger(label: "simulator")
    // That it listens is no news here.
    logger.logLevel = max(logger.logLevel, .warning)
    let simulator = GatewaySimulator(configuration, logger: logger)
    let group = ServiceGroup(services: [simulator], logger: Logger(label: "lifecycle"))
    async let running: Void = group.run()
    let result: Result<Void, any Error>
    do {
      let deployment = try settings.simulator.deployment(
        port: try await simulator.port(), timeout: settings.gateway.timeout,
        maxConnections: settings.gateway.maxConnections)
      result = .success(try await body(deployment))
    } catch {
      result = .failure(error)
    }
    await group.triggerGracefulShutdown()
    try await running
    try result.get()
  }
}
