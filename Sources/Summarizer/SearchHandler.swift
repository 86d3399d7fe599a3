import Control
import Foundation
import Highlights
import HighlightsProtocol
import Kafka
import KafkaWorker
import LLMGateway
import Logging

/// The role that answers searches.
public typealias Summarizer = KafkaWorker<SearchHandler>

/// The summarizer's work: from one search to its highlight and its outcome.
public struct SearchHandler: WorkerHandler {
  let settings: SummarizerSettings
  /// By name; the default one's is empty.
  let variants: [String: Variant]
  let switches: FleetSwitches
  let published: PublishedTable
  let partitionCount: @Sendable (_ topic: String) async throws -> Int32
  let ledger: Ledger
  let now: @Sendable () -> UnixTime

  /// - Parameters:
  ///   - switches: shared with whoever follows `search.control`.
  ///   - published: shared with whoever tells it which partitions have left.
  ///   - partitionCount: partitions of a topic, to tell where a key belongs.
  ///   - now: the wall clock.
  public init(
    settings: SummarizerSettings, gateway: any ChatGateway,
    switches: FleetSwitches = FleetSwitches(), published: PublishedTable,
    partitionCount: @escaping @Sendable (_ topic: String) async throws -> Int32,
    now: @escaping @Sendable () -> UnixTime = { .now }
  ) {
    self.settings = settings
    variants = Variant.all(settings, gateway: gateway)
    self.switches = switches
    self.published = published
    self.partitionCount = partitionCount
    self.now = now
    ledger = Ledger(settings: settings, now: now)
  }

  public func handle(_ records: [KafkaRecord], _ context: WorkContext) async throws -> WorkResult {
    precondition(records.count == 1, "searches are handled one at a time")
    let record = SearchRecord(record: records[0])
    let consumedAt = consumed(context)
    let (wire, search) = try read(record)
    if let name = record.variant { try check(name) }
    if try await isMisplaced(record, search.key) {
      return WorkResult(publish: [record.forwarded(key: search.key.bytes, id: search.id)])
    }
    await switches.hear(
      of: search.key.description, epoch: record.withdrawalEpoch, atMost: .seconds(2))
    let task = SearchTask(
      record: record, wire: wire, search: search, variant: try variant(of: record),
      consumedAt: consumedAt, isRetry: context.attempt > 0, handler: self)
    return try await task.result()
  }

  /// The dead search's outcome: as much of it as can be read.
  public func obituary(for record: KafkaRecord, _ failure: WorkFailure) -> [KafkaProducerMessage] {
    let search = SearchRecord(record: record)
    let id = (try? search.decoded())?.queryID ?? ""
    let checked = try? read(search).search
    var outcome = ledger.outcome(
      id: id.isEmpty ? search.fallbackID : id, key: checked?.key.description ?? "",
      variant: bounded(search.variant ?? switches.current.state.liveVariant), of: search,
      consumedAt: now(), .dead, reason: failure.reason, detail: failure.detail)
    if search.spent != Spent() { outcome.usage = search.spent.usage }
    return [ledger.message(outcome, of: search)]
  }

  /// Parses at the edge; whatever is wrong with the message stays wrong, so it is dead.
  private func read(
    _ record: SearchRecord
  ) throws(WorkFailure) -> (wire: SearchQuery, search: Search) {
    do {
      let wire = try record.decoded()
      return (wire, try Search(wire, fallbackID: record.fallbackID, limits: settings.limits))
    } catch let error as MessageError {
      throw WorkFailure(.dead, reason: error.reason, detail: "\(error)")
    } catch let error as SearchRejection {
      throw WorkFailure(.dead, reason: error.reason, detail: "\(error)")
    } catch {
      throw WorkFailure(.dead, reason: "malformed_message", detail: "\(error)")
    }
  }

  /// Whether the record stands under another key or on another partition than its search belongs to: a
  /// producer without our key, or with another hash. Sent on once; the second time it is taken as it is.
  private func isMisplaced(_ record: SearchRecord, _ key: HighlightKey) async throws -> Bool {
    guard !record.isForwarded else { return false }
    if record.record.key != key.bytes { return true }
    let count = try await partitions(of: record.record.partition.topic)
    return KafkaPartitioner.partition(forKey: key.bytes, count: count)
      != record.record.partition.partition
  }

  func partitions(of topic: String) async throws(WorkFailure) -> Int32 {
    do { return try await partitionCount(topic) } catch {
      throw WorkFailure(.hold, reason: "broker_unavailable", detail: "\(error)")
    }
  }

  private func consumed(_ context: WorkContext) -> UnixTime {
    let waited = (ContinuousClock.now - context.receivedAt) / Duration.milliseconds(1)
    return now().advanced(byMilliseconds: -Int64(waited))
  }
}

// MARK: Variants

extension SearchHandler {
  /// Refuses a variant that a header names and this worker does not write.
  private func check(_ name: String) throws(WorkFailure) {
    guard name.isEmpty || VariantName.isValid(name) else {
      throw WorkFailure(
        .dead, reason: "invalid_variant",
        detail: "variant \"\(name.prefix(80))\"; allowed: \(VariantName.allowed)")
    }
    guard variants[name] != nil else {
      throw WorkFailure(
        .dead, reason: "unknown_variant", detail: "variant \"\(name)\"; allowed: \(declared)")
    }
  }

  /// The variant that the search is written as: the one its header names, else the one that is live.
  ///
  /// A live one that is not declared here waits for a worker that has it: written as another one, its highlight would
  /// be looked for in vain and asked for again.
  private func variant(of record: SearchRecord) throws(WorkFailure) -> Variant {
    let name = record.variant ?? switches.current.state.liveVariant
    if let variant = variants[name] { return variant }
    throw WorkFailure(
      .hold, reason: "live_variant_not_declared",
      detail: "variant \"\(name)\" is live; this worker declares \(declared)")
  }

  private var declared: String {
    variants.keys.sorted().map(VariantName.shown).joined(separator: ", ")
  }

  /// What an outcome may say of a name that may be anything.
  private func bounded(_ name: String) -> String { VariantName.isValid(name) ? name : "" }
}
