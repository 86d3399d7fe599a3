import HighlightsProtocol
import Kafka
import Logging

/// One redrive on its way, under its claim.
struct RedriveRun {
  let redrive: Redrive
  let ledger: RedriveLedger
  private(set) var claim: RedriveClaim
  /// All that was ever redriven and is still in the log, by partition.
  private(set) var redriven: [Int32: OffsetRanges]
  private(set) var counts = RedriveCounts()
  /// Whether all that was published is recorded.
  private(set) var isRecorded = true
  private var renewed = ContinuousClock.now

  init(
    redrive: Redrive, ledger: RedriveLedger, claim: RedriveClaim,
    redriven: [Int32: OffsetRanges]
  ) {
    self.redrive = redrive
    self.ledger = ledger
    self.claim = claim
    self.redriven = redriven
    // Until what an earlier run left is recorded, so is not all.
    isRecorded = claim.unrecordedSince == claim.startedAt
  }

  private var settings: Redrive.Settings { redrive.settings }

  /// Bytes of payload in memory at a time, beyond one message.
  private static let portionBytes = 16 << 20
  private static let portionCount = 500

  /// Records what a run that was killed had published and not recorded.
  mutating func recover(from gap: UnixTime?) async throws {
    try await forgetDeleted()
    if let gap {
      let found = try await ledger.published(since: gap, to: settings.targets)
      for (partition, offsets) in found {
        redriven[partition, default: OffsetRanges()].formUnion(offsets)
      }
      try await record(Set(found.keys))
    }
    claim.unrecordedSince = claim.startedAt
    isRecorded = true
    try await renew()
  }

  /// Publishes what was chosen, batch by batch; each is acknowledged, then recorded, before the next.
  mutating func publish(
    _ plan: RedrivePlan, _ progress: @Sendable (RedriveCounts) -> Void
  ) async throws {
    counts = plan.counts
    var chosen = ChosenLetters(plan.offsets, topic: settings.topic)
    let start = ContinuousClock.now
    while !chosen.isEmpty {
      let portion = try await read(&chosen)
      counts.vanished = chosen.vanished
      for batch in portion.batches(of: batchLimit) {
        try Task.checkCancellation()
        try await pace(since: start)
        try await publish(batch)
        progress(counts)
      }
    }
    progress(counts)
  }

  mutating func end(_ status: RedriveClaim.Status) async throws {
    claim.status = status
    try await renew()
  }

  // MARK: Batches

  /// With a rate no more than a second's.
  private var batchLimit: Int {
    min(settings.batch, settings.rate.map { max(1, Int(min($0, 1e6))) } ?? settings.batch)
  }

  private func read(_ chosen: inout ChosenLetters) async throws -> [Letter] {
    let ranges = chosen.portion(of: Self.portionCount)
    var letters: [Letter] = []
    var bytes = 0
    var isWhole = true
    try await redrive.scan.read(ranges) { message in
      guard chosen.take(message.partitionNumber, message.offset) else { return true }
      letters.append(Letter(message.copy()))
      bytes += message.valueSize
      isWhole = bytes < Self.portionBytes
      return isWhole
    }
    if isWhole { chosen.finish(ranges) }
    return letters
  }

  private mutating func publish(_ batch: ArraySlice<Letter>) async throws {
    // A process that slept for long may have been taken for dead.
    if ContinuousClock.now - renewed > RedriveState.patience / 2 { try await ledger.confirm(claim) }
    let messages = batch.compactMap { letter in
      letter.origin.map { RedriveMark.message(letter, to: $0, at: redrive.now()) }
    }
    isRecorded = false
    let results = try await ledger.producer.enqueue(messages).results
    var failure: KafkaError?
    var changed: Set<Int32> = []
    for (letter, result) in zip(batch, results) {
      switch result {
      case .success:
        redriven[letter.partition, default: OffsetRanges()].insert(letter.offset)
        changed.insert(letter.partition)
        counts.redriven += 1
      case .failure(let error) where [.messageTooLarge, .invalidMessage].contains(error.code):
        redrive.logger.warning("\(letter.record.partition)@\(letter.offset): \(error)")
        counts.refused += 1
      case .failure(let error): failure = error
      }
    }
    try await record(changed)
    if let failure { throw failure }
    isRecorded = true
    claim.redriven = UInt64(counts.redriven)
    try await renew()
  }

  // MARK: Records

  private func record(_ partitions: Set<Int32>) async throws {
    guard !partitions.isEmpty else { return }
    try await ledger.record(redriven.filter { partitions.contains($0.key) }, actor: settings.actor)
  }

  private mutating func renew() async throws {
    claim = try await ledger.renew(claim)
    renewed = .now
  }

  /// Offsets that the log has deleted are nobody's any more.
  private mutating func forgetDeleted() async throws {
    guard let ranges = try await redrive.scan.ranges(of: settings.topic) else { return }
    for (partition, range) in ranges {
      redriven[partition.partition]?.removeAll(below: range.lowerBound)
    }
  }

  /// Waits until the rate allows another message, and says meanwhile that the run lives.
  private mutating func pace(since start: ContinuousClock.Instant) async throws {
    guard let rate = settings.rate, rate > 0 else { return }
    let due = start + .seconds(Double(counts.redriven + counts.refused) / rate)
    while ContinuousClock.now < due {
      try await Task.sleep(for: min(due - .now, .seconds(5)))
      if ContinuousClock.now - renewed > .seconds(5) { try await renew() }
    }
  }
}

extension [Letter] {
  fileprivate func batches(of limit: Int) -> [ArraySlice<Letter>] {
    stride(from: 0, to: count, by: limit).map { self[$0..<Swift.min($0 + limit, count)] }
  }
}
