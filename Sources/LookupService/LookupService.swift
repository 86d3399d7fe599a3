import HighlightStore
import HighlightsProtocol
import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import ServiceLifecycle
import Synchronization

/// Answers searches with their highlights over HTTP, has missing ones written, and serves the page.
///
/// The API is `Protocols/openapi.yaml`. What ends elsewhere is told by ``searchEnded(_:)`` and
/// ``highlightPublished(_:variant:)``: without them those who wait see no answer before they ask
/// again, and a highlight in memory is renewed only when its time in memory is over. It runs once.
public struct LookupService: Service {
  private let configuration: LookupServiceConfiguration
  private let logger: Logger
  private let desk: LookupDesk
  private let takedowns: (any TakedownDesk)?
  private let fleet: FleetFeed?
  private let boundPort = BoundPort()

  /// A service that does not listen yet.
  ///
  /// - Parameters:
  ///   - store: Where highlights are read.
  ///   - queue: Where searches without a fresh highlight are published.
  ///   - videos: Finds the videos of searches that bring none; nil where there is no catalogue.
  ///   - takedowns: Withdraws what an admin asks for; without it the routes for that answer 501.
  ///   - fleet: What is shown of the workers; without it the paths for that are unknown.
  public init(
    configuration: LookupServiceConfiguration, store: any HighlightStore, queue: any SearchQueue,
    videos: (any VideoFinding)?, takedowns: (any TakedownDesk)? = nil, fleet: FleetFeed? = nil,
    logger: Logger
  ) {
    self.init(
      configuration: configuration, store: store, queue: queue, videos: videos,
      takedowns: takedowns, fleet: fleet, logger: logger, time: .system)
  }

  init(
    configuration: LookupServiceConfiguration, store: any HighlightStore, queue: any SearchQueue,
    videos: (any VideoFinding)?, takedowns: (any TakedownDesk)?, fleet: FleetFeed?, logger: Logger,
    time: LookupTime
  ) {
    self.configuration = configuration
    self.takedowns = takedowns
    self.fleet = fleet
    self.logger = logger
    desk = LookupDesk(
      configuration: configuration, store: store, queue: queue, videos: videos, time: time,
      logger: logger)
  }

  /// Tells of an outcome, from the tail of `search.outcomes`.
  public func searchEnded(_ outcome: Outcome) { desk.searchEnded(outcome) }

  /// Tells of a highlight, from the tail of `search.highlights` or of a variant's topic.
  ///
  /// - Parameter variant: The variant whose topic it came from; the default one's is empty.
  public func highlightPublished(_ highlight: Highlight, variant: String = "") {
    desk.highlightPublished(highlight, variant: variant)
  }

  /// Takes over what operators have switched, all of it, from the tail of `search.control`: what is withdrawn is
  /// answered as such from then on, also from memory and to those who wait.
  ///
  /// At first the default variant is live and nothing is withdrawn, so this is called before ``run()``.
  public func use(_ switches: LookupSwitches) { desk.use(switches) }

  /// Tells for which causes searches wait now, all of them; with none, searches wait for workers only.
  ///
  /// The first that affects a search is what clients are told. To be called whenever that changes.
  public func searchesHeld(_ holds: [SearchHold]) { desk.searchesHeld(holds) }

  /// What is kept and waited for now.
  public var statistics: LookupStatistics { desk.statistics }

  /// The bound port, waiting until requests are accepted; some task has to be in ``run()``.
  ///
  /// - Throws: ``LookupServiceError/notRunning`` once `run()` has ended.
  public func port() async throws -> Int { try await boundPort.value() }

  /// Serves until graceful shutdown; who waits then is answered as far as things are.
  ///
  /// - Throws: what binding the address throws.
  public func run() async throws {
    let (application, desk, boundPort) = (application(), desk, boundPort)
    let result: Result<Void, any Error> = await withTaskGroup { group in
      group.addTask { await desk.runRefreshes() }
      let result: Result<Void, any Error>
      do {
        try await withGracefulShutdownHandler {
          try await application.run()
        } onGracefulShutdown: {
          desk.stop()
        }
        result = .success(())
      } catch {
        result = .failure(error)
      }
      desk.stop()
      await boundPort.stop()
      return result
    }
    try result.get()
  }

  private func application() -> Application<RouterResponder<LookupContext>> {
    let highlights = HighlightRoute(desk: desk)
    let headers = SafetyHeaders(allowedOrigins: configuration.allowedOrigins)
    let clients = ClientGate(configuration, time: desk.time)
    let answers = AnswersAtOnce(route: highlights, safety: headers, clients: clients)
    let idle = Duration.milliseconds(configuration.limits.idle.inMilliseconds)
    return Application(
      router: Endpoints.router(highlights, headers, clients, takedowns: takedowns, fleet: fleet),
      server: .http1(
        configuration: .init(
          // What is answered at once does not reach the server's own handler of idle connections.
          additionalChannelHandlers: [
            HTTPConnectionStateHandler(idleTimeout: idle, logger: logger),
            AnswerAtOnceHandler(answers: answers),
          ],
          httpDecoderConfiguration: .init(
            maxHeaderFieldSize: 16 << 10, maxHeaderListSize: 32 << 10, maxHeaderFieldCount: 100))),
      configuration: ApplicationConfiguration(
        address: .hostname(configuration.host, port: configuration.port),
        availableConnectionsDelegate: MaximumAvailableConnections(
          max(1, configuration.limits.connections), logger: logger)),
      onServerRunning: { [boundPort] channel in
        if let port = channel.localAddress?.port { await boundPort.listen(on: port) }
      },
      logger: logger)
  }
}

/// What a look-up service keeps and waits for.
public struct LookupStatistics: Sendable, Hashable {
  /// Highlights in memory, and the bytes they take.
  public var cached: Int
  public var cachedBytes: Int
  /// Searches published that have not ended, that failed lately, or that somebody waits for.
  public var pendingSearches: Int
  public var waiters: Int
}

extension LookupDesk {
  var statistics: LookupStatistics {
    state.withLock {
      LookupStatistics(
        cached: $0.cache.count, cachedBytes: $0.cache.cost, pendingSearches: $0.pending.count,
        waiters: $0.pending.waiterCount)
    }
  }
}
