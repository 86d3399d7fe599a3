import Foundation
import HighlightsProtocol
import Kafka
import Logging

/// Publishes dead letters again, to the topics they were first consumed from.
///
/// A dead letter stays where it is. Which ones were redriven stands in `search.control`, see ``RedriveLedger``, so none
/// is published twice by two runs; one that dies again is a new dead letter. What has an answer that is newer is left
/// out at the start; a worker that comes to one whose key has a fresh highlight by then ends it `unchanged`.
public struct Redrive: Sendable {
  public struct Settings: Sendable {
    public var client: KafkaClientConfiguration
    public var producer: KafkaProducerConfiguration
    /// Of the dead letters.
    public var topic: String
    /// `search.control`.
    public var control: String
    /// Topics that may be published to: a header of a dead letter, which anybody may have written, names no others.
    public var targets: Set<String>
    /// Where the highlight of a search stands, by what its header `variant` says.
    public var highlightsTopic: @Sendable (_ variant: String?) -> String
    /// The record key of the highlight of a search; nil where it has none.
    public var highlightKey: @Sendable (SearchQuery) -> [UInt8]?
    public var filter = LetterFilter()
    /// Messages a second; nil for as fast as they are acknowledged.
    public var rate: Double?
    /// Whether those that were redriven before are meant too.
    public var again = false
    /// Whether those are meant too whose key has a newer highlight.
    public var includesAnswered = false
    /// Who does it, as they say.
    public var actor = ""
    /// Most messages published before they are recorded.
    public var batch = 200

    public init(
      client: KafkaClientConfiguration, producer: KafkaProducerConfiguration, topic: String,
      control: String, targets: Set<String>,
      highlightsTopic: @escaping @Sendable (_ variant: String?) -> String,
      highlightKey: @escaping @Sendable (SearchQuery) -> [UInt8]?
    ) {
      self.client = client
      self.producer = producer
      self.topic = topic
      self.control = control
      self.targets = targets
      self.highlightsTopic = highlightsTopic
      self.highlightKey = highlightKey
    }
  }

  let settings: Settings
  let scan: TopicScan
  let logger: Logger
  let now: @Sendable () -> UnixTime

  public init(
    settings: Settings, logger: Logger = Logger(label: "redrive"),
    now: @escaping @Sendable () -> UnixTime = { .now }
  ) {
    self.settings = settings
    self.logger = logger
    self.now = now
    scan = TopicScan(client: settings.client, logger: logger)
  }

  /// What a run would do now, which publishes and claims nothing.
  ///
  /// - Throws: `KafkaError`, ``DeadLetterError``.
  public func dryRun() async throws -> RedriveCounts {
    try await withLedger { try await plan(redriven: try await $0.state().redriven).counts }
  }

  /// Redrives, and returns what became of all that was meant.
  ///
  /// Cancelled, it ends after the batch that is on its way, which is recorded; another run goes on from there.
  ///
  /// - Parameter progress: told after every batch.
  /// - Throws: `KafkaError`, ``DeadLetterError``, `CancellationError`.
  public func run(
    progress: @Sendable (RedriveCounts) -> Void = { _ in }
  ) async throws -> RedriveCounts {
    try await withLedger { ledger in
      let (claim, before) = try await ledger.claim(
        actor: settings.actor, filter: settings.filter.description)
      var run = RedriveRun(redrive: self, ledger: ledger, claim: claim, redriven: before.redriven)
      do {
        try await run.recover(from: before.claim?.gap)
        let plan = try await plan(redriven: run.redriven)
        try await run.publish(plan, progress)
        try await run.end(.done)
        return run.counts
      } catch DeadLetterError.lost(let topic, let actor) {
        // The claim is another's now.
        throw DeadLetterError.lost(topic: topic, actor: actor)
      } catch {
        // What went wrong is told, and not what the farewell met with: without it the run is taken over later.
        try? await run.end(run.isRecorded ? .done : .interrupted)
        throw error
      }
    }
  }

  private func withLedger<T: Sendable>(
    _ body: (RedriveLedger) async throws -> T
  ) async throws -> T {
    let producer = try KafkaProducer(configuration: settings.producer, logger: logger)
    let ledger = RedriveLedger(
      scan: scan, producer: producer, control: settings.control, topic: settings.topic, now: now)
    let result: Result<T, any Error>
    do { result = .success(try await body(ledger)) } catch { result = .failure(error) }
    await producer.shutdown()
    return try result.get()
  }
}
