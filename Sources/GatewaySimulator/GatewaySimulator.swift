import Foundation
import Hummingbird
import Logging
import NIOCore
import ServiceLifecycle

/// An OpenAI-compatible server that answers highlight prompts from their own segments, or badly on
/// purpose; see ``GatewaySimulatorConfiguration/Mode``.
///
/// It stands in for a gateway in tests, demonstrations and load tests: `POST /v1/chat/completions`
/// (without streaming), `GET /v1/models`, `GET /health` and `GET /stats`. Under `/admin` its limits
/// and faults are set and its ledger is read. Every response bears ``ExtractiveModel/label`` in
/// `x-simulator`. It runs once.
public struct GatewaySimulator: Service {
  private let configuration: GatewaySimulatorConfiguration
  private let logger: Logger
  private let onRunning: @Sendable (Int) async -> Void
  private let state: GatewaySimulatorState
  private let boundPort = BoundPort()

  /// A simulator that does not listen yet.
  ///
  /// - Parameter onRunning: called once with the bound port when requests are accepted.
  public init(
    _ configuration: GatewaySimulatorConfiguration = .init(),
    logger: Logger,
    onRunning: @escaping @Sendable (_ port: Int) async -> Void = { _ in }
  ) {
    self.configuration = configuration
    self.logger = logger
    self.onRunning = onRunning
    state = GatewaySimulatorState(configuration)
  }

  /// The counts that `GET /stats` shows.
  public var statistics: GatewaySimulatorStatistics { state.statistics }

  /// What was admitted and refused, as `GET /admin/ledger` shows it.
  public var ledger: GatewayLedger { state.ledger }

  /// Changes what is limited and what goes wrong, from the next request on.
  public func change(_ change: (inout GatewayBehavior) -> Void) {
    state.change { change(&$0.behavior) }
  }

  /// The bound port, waiting until requests are accepted; some task has to be in ``run()``.
  ///
  /// - Throws: ``GatewaySimulatorError/notRunning`` once `run()` has ended.
  public func port() async throws -> Int { try await boundPort.value() }

  /// Serves until graceful shutdown, and answers the requests already taken before it returns.
  ///
  /// - Throws: what binding the address throws.
  public func run() async throws {
    let application = Application(
      router: router(),
      configuration: ApplicationConfiguration(
        address: .hostname(configuration.host, port: configuration.port),
        serverName: ExtractiveModel.name),
      onServerRunning: { channel in
        guard let port = channel.localAddress?.port else { return }
        await boundPort.listen(on: port)
        await onRunning(port)
      },
      logger: logger)
    do {
      try await application.run()
    } catch {
      await boundPort.stop()
      throw error
    }
    await boundPort.stop()
  }

  private func router() -> Router<SimulatorContext> {
    let router = Router(context: SimulatorContext.self)
    router.add(middleware: UnknownRouteMiddleware())
    let completion = ChatCompletionResponder(configuration: configuration, state: state)
    for path in ["/v1/chat/completions", "/chat/completions"] {
      router.post(RouterPath(path)) { request, context in
        try await completion.respond(to: request, on: context.connection)
      }
    }
    router.get("/v1/models") { request, _ in
      try completion.authorize(request)
      return try Response.json(ModelList())
    }
    router.get("/health") { _, _ in try Response.json(["status": "ok"]) }
    router.get("/stats") { _, _ in try Response.json(state.statistics) }
    AdminRoutes(state: state).add(to: router)
    return router
  }
}

/// The list of the one model served.
private struct ModelList: Encodable {
  struct Model: Encodable {
    let id = ExtractiveModel.name
    let object = "model"
    let created = 0
    let ownedBy = ExtractiveModel.label
  }
  let object = "list"
  let data = [Model()]
}
