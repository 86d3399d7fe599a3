import CacheWriter
import Control
import HighlightStore
import Kafka
import KafkaWorker
import LLMGateway
import Logging
import Summarizer
import Synchronization

/// Builds the roles from their settings.
enum Roles {
  /// - Parameters:
  ///   - budget: what guards the budget of `gateway`'s calls.
  ///   - switches: told by whoever follows `search.control`.
  static func summarizer(
    _ settings: Settings, client: KafkaClientConfiguration, producer: KafkaProducer,
    gateway: GatewayClient, budget: BudgetKeeper?, switches: FleetSwitches, alone: Bool = false,
    observe: @escaping @Sendable (WorkerEvent) -> Void = { _ in }
  ) throws -> Summarizer {
    let published = PublishedTable(bytes: settings.highlights.remembered)
    let counts = PartitionCounts(producer: producer)
    let handler = SearchHandler(
      settings: try settings.summarizer(gateway), gateway: gateway, switches: switches,
      published: published,
      partitionCount: { try await counts.count(of: $0) })
    let owned = OwnedPartitions()
    let worker = try Summarizer(
      configuration: settings.summarizerWorker(client, alone: alone), handler: handler,
      producer: producer, notes: budget.map(BudgetNotes.init),
      logger: Logger(label: "summarizer"),
      observe: { event in
        if case .revoked(let partitions, _) = event {
          published.forget(partitions)
          budget?.close(partitions.map(\.partition))
        }
        if let now = owned.take(event) { gateway.own(now) }
        observe(event)
      })
    budget?.commits { [weak worker] in await worker?.commit() ?? false }
    return worker
  }

  static func cacheWriter(
    _ settings: Settings, client: KafkaClientConfiguration, producer: KafkaProducer,
    store: any HighlightStore, observe: @escaping @Sendable (WorkerEvent) -> Void = { _ in },
    onApplied: @escaping @Sendable (Int) -> Void = { _ in },
    onProgress: @escaping @Sendable ([PartitionProgress]) -> Void = { _ in }
  ) throws -> CacheWriter {
    let logger = Logger(label: "cache")
    let variants = try settings.variantTopics()
    return try CacheWriter(
      configuration: settings.cacheWorker(client, topics: variants.keys.sorted()),
      handler: HighlightApplier(
        store: store, variants: variants, logger: logger, onApplied: onApplied,
        onProgress: onProgress),
      producer: producer, logger: logger, observe: observe)
  }
}

/// The partitions of a worker, as its events tell.
private final class OwnedPartitions: Sendable {
  private let numbers = Mutex<Set<Int32>>([])

  /// The partitions owned after an event; nil where it changes none.
  func take(_ event: WorkerEvent) -> Set<Int32>? {
    numbers.withLock { numbers in
      switch event {
      case .assigned(let partitions): numbers.formUnion(partitions.map(\.partition))
      case .revoked(let partitions, _): numbers.subtract(partitions.map(\.partition))
      default: return nil
      }
      return numbers
    }
  }
}

/// Says on standard error what an operator of a worker wants to see, a repeated trouble once in ten seconds.
final class WorkerReporter: Sendable {
  private let role: String
  private let troubles = TroubleFilter(interval: .seconds(10))

  init(role: String) { self.role = role }

  func report(_ event: WorkerEvent) {
    switch event {
    case .assigned(let partitions):
      Talk.say("\(role): reads \(names(partitions))")
    case .revoked(let partitions, let lost):
      Talk.say("\(role): \(lost ? "lost" : "gives up") \(names(partitions))")
    case .postponed(let failure, _, _):
      guard let count = troubles.admits(failure.reason) else { return }
      Talk.say(
        "\(role): \(failure.verdict == .hold ? "holds" : "retries"): \(failure)\(times(count))")
    case .attached: break
    case .died(let failure, let partition, let offset):
      guard let count = troubles.admits(failure.reason) else { return }
      Talk.say("\(role): dead letter: \(partition)@\(offset): \(failure)\(times(count))")
    case .lost(let partition, let offsets):
      Talk.say(
        "\(role): LOST: \(partition) offsets \(offsets.lowerBound) to \(offsets.upperBound - 1)")
    case .nearRetention(let partition, let offset, let age, let retention):
      guard let count = troubles.admits("retention of \(partition)") else { return }
      Talk.say(
        "\(role): NEARLY LOST: \(partition)@\(offset) is \(age) old and not done; deleted after \(retention)\(times(count))"
      )
    case .clientFailed(let error):
      guard let count = troubles.admits("\(error)") else { return }
      Talk.say("\(role): Kafka: \(error); keeps trying\(times(count))")
    }
  }

  private func names(_ partitions: [TopicPartition]) -> String {
    partitions.isEmpty ? "nothing" : partitions.map(\.description).sorted().joined(separator: " ")
  }

  private func times(_ count: Int) -> String { count > 1 ? " (\(count) times)" : "" }
}
