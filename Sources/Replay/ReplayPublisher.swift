import HighlightStore
import HighlightsProtocol
import Kafka

/// Publishes chosen messages in units, and records each once it is acknowledged.
///
/// While one unit is published the one before is acknowledged and recorded, and the next waits for that: what is
/// published and not recorded is never more than two units, which is the batch of the job.
final class ReplayPublisher {
  /// How far a unit brings a replay.
  struct Reached: Sendable {
    /// The next offset, by partition; only in the order of offsets.
    var next: [Int32: Int64] = [:]
    var place: ReplayPlace?
    var published = 0
    /// What else is counted, where there is only one reading.
    var counts = ReplayCounts()
    fileprivate var deliveries: [KafkaDelivery] = []

    var isEmpty: Bool { next.isEmpty && place == nil && published == 0 }
  }

  private let target: ReplayTarget
  private let recorder: ReplayRecorder
  private let unit: Int
  private var open = Reached()
  private var openedAt: ContinuousClock.Instant?
  private var recording: Task<Void, any Error>?

  /// - Parameter batch: the most messages that are published and not recorded, 2 or more.
  init(_ target: ReplayTarget, recorder: ReplayRecorder, batch: Int) {
    self.target = target
    self.recorder = recorder
    unit = batch / 2
  }

  /// How many the open unit still takes.
  var room: Int { unit - open.published }

  /// Publishes some, at most ``room``.
  func publish(_ items: ArraySlice<ReplayItem>) async throws(ReplayError) {
    guard !items.isEmpty else { return }
    precondition(items.count <= room, "\(items.count) messages where \(room) may go")
    if openedAt == nil { openedAt = .now }
    switch target {
    case .topic(let producer, _, _):
      let messages = items.compactMap { item -> KafkaProducerMessage? in
        guard case .message(let message) = item.content else { return nil }
        return message
      }
      do { open.deliveries.append(try await producer.enqueue(messages)) } catch {
        throw .kafka(error)
      }
    case .store(let store, _):
      let records = items.compactMap { item -> HighlightRecord? in
        guard case .record(let record) = item.content else { return nil }
        return record
      }
      do { _ = try await store.apply(records, progress: []) } catch { throw .store(error) }
    }
    open.published += items.count
  }

  /// Tells how far what was given so far brings the replay.
  func reach(_ change: (inout Reached) -> Void) {
    change(&open)
    if openedAt == nil, !open.isEmpty { openedAt = .now }
  }

  /// Closes the open unit when it is full or a second old.
  func turn() async throws {
    guard room <= 0 || openedAt.map({ .now - $0 >= .seconds(1) }) ?? false else { return }
    try await close()
  }

  /// Closes the open unit, and waits until all units before it are recorded.
  private func close() async throws {
    try await recording?.value
    recording = nil
    guard !open.isEmpty else { return }
    let (closed, recorder) = (open, recorder)
    (open, openedAt) = (Reached(), nil)
    recording = Task {
      for delivery in closed.deliveries {
        do throws(KafkaError) { try await delivery.acknowledged() } catch {
          throw ReplayError.kafka(error)
        }
      }
      try await recorder.record { $0.reach(closed) }
    }
  }

  /// Closes the open unit and waits until it is recorded.
  func end() async throws {
    try await close()
    try await recording?.value
    recording = nil
  }
}

extension ReplayJobState {
  fileprivate mutating func reach(_ reached: ReplayPublisher.Reached) {
    let next = progressByPartition.merging(reached.next) { max($0, $1) }
    progress = next.sorted { $0.key < $1.key }.map { partition, offset in
      var progress = ReplayProgress()
      progress.partition = partition
      progress.nextOffset = offset
      return progress
    }
    if let place = reached.place { self.place = place }
    counts.published += UInt64(reached.published)
    counts.add(reached.counts)
  }

  /// What is recorded as published.
  var progressByPartition: [Int32: Int64] {
    progress.reduce(into: [:]) { $0[$1.partition] = $1.nextOffset }
  }
}

extension ReplayCounts {
  mutating func add(_ other: ReplayCounts) {
    read += other.read
    matched += other.matched
    keys += other.keys
    published += other.published
    unreadable += other.unreadable
    truncated += other.truncated
    renewed += other.renewed
    deleted += other.deleted
  }

  mutating func count(_ verdict: MessageFilter.Verdict) {
    read += 1
    switch verdict {
    case .matches: matched += 1
    case .rejected: break
    case .unreadable: unreadable += 1
    case .truncated: truncated += 1
    case .renewed: renewed += 1
    }
  }
}
