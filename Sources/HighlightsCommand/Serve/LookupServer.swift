import Control
import HighlightStore
import HighlightsProtocol
import Kafka
import KafkaWorker
import LLMGateway
import Logging
import LookupService
import ServiceLifecycle
import VideoCatalog

/// The look-up API and page with all that tells it what happens elsewhere.
struct LookupServer: Sendable {
  let service: LookupService
  let fleet: FleetFeed
  private let tail: TopicTail
  private let control: ControlReader
  private let fleetTail: FleetTail
  private let switchesKnown: Signal
  private let host: String

  /// - Parameters:
  ///   - client: how the brokers are reached.
  ///   - producer: publishes searches and takedowns; shut down by its owner after the services have ended.
  ///   - catalog: finds videos of searches that bring none; closed by its owner.
  /// - Throws: `ConfigurationError`.
  init(
    _ settings: Settings, client: KafkaClientConfiguration, producer: KafkaProducer,
    store: any HighlightStore, catalog: (any VideoSearch)?
  ) throws {
    let configuration = try settings.lookupService()
    let topics = settings.kafka.topics
    let variants = try settings.variantTopics()
    let takedowns = Takedowns(
      store: store, producer: producer, client: client, controlTopic: topics.control,
      variants: variants)
    let fleet = FleetFeed(queries: topics.queries)
    var serviceLogger = Logger(label: "serve")
    // What it says below that is where it listens.
    serviceLogger.logLevel = max(serviceLogger.logLevel, .warning)
    let service = LookupService(
      configuration: configuration, store: store,
      queue: SearchPublisher(
        producer: producer, topic: topics.queries, limits: settings.searchLimits,
        withdrawalEpoch: takedowns.epoch),
      videos: catalog.map(CatalogFinding.init), takedowns: takedowns, fleet: fleet,
      logger: serviceLogger)
    let logger = Logger(label: "tail")
    let feed = LookupFeed(
      service: service, fleet: fleet, outcomes: topics.outcomes, variants: variants,
      logger: logger,
      onHighlight: { highlight in
        Task {
          do { try await takedowns.withdrawIfItCites(highlight) } catch {
            logger.error("\(highlight.key) cites what is withdrawn and was not withdrawn: \(error)")
          }
        }
      })
    tail = TopicTail(
      client: client, topics: feed.topics, group: "highlights-lookup", logger: logger,
      onRecord: feed.take)
    let known = Signal()
    control = ControlReader(client: client, topic: topics.control) { state in
      takedowns.use(state)
      service.use(
        LookupSwitches(
          liveVariant: state.liveVariant, epochs: state.withdrawalEpochs,
          withdrawnVideos: state.withdrawnVideos))
      known.give()
    }
    let holds = HoldBoard(queries: topics.queries) { service.searchesHeld($0) }
    fleetTail = FleetTail(
      client: client,
      topics: .init(
        workers: topics.workers, dead: topics.dead,
        groups: [
          (settings.worker.group, [topics.queries]), (settings.cache.group, [topics.highlights]),
        ]),
      feed: fleet, onStatus: holds.take)
    self.service = service
    self.fleet = fleet
    switchesKnown = known
    host = configuration.host
  }

  /// What is to run; the API begins once it would miss nothing.
  var services: [any Service] {
    [tail, control, fleetTail, Opening(server: self)]
  }

  /// The service, from when the tails have begun.
  private struct Opening: Service {
    let server: LookupServer

    /// Without a broker look-ups are still answered from the store.
    private static let patience = Duration.seconds(10)

    func run() async throws {
      await server.tail.started(within: Self.patience)
      await server.switchesKnown.wait(atMost: Self.patience)
      try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask {
          let port = try await server.service.port()
          Talk.say("serve: http://\(server.host):\(port)/ and http://\(server.host):\(port)/fleet")
        }
        try await server.service.run()
        group.cancelAll()
      }
    }
  }
}
