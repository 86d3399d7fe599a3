import HighlightsProtocol

@testable import LookupService

/// What a board should say, computed from everything that was ever heard.
struct FleetModel {
  struct Heard {
    let at: Int64
    let outcome: Outcome
  }

  private let start: Int64
  private(set) var heard: [Heard] = []
  private var statuses: [(at: Int64, status: WorkerStatus)] = []

  init(at start: UnixTime) { self.start = start.milliseconds }

  mutating func take(_ outcome: Outcome, at now: UnixTime) {
    heard.append(Heard(at: now.milliseconds, outcome: outcome))
  }

  mutating func take(_ status: WorkerStatus, at now: UnixTime) {
    statuses.append((now.milliseconds, status))
  }

  // MARK: Outcomes

  /// Those of so many steps up to the one of a time, that one included or not.
  private func last(_ count: Int64, of step: Int64, at now: UnixTime, isWhole: Bool) -> [Heard] {
    let end = now.milliseconds / step + (isWhole ? 0 : 1)
    return heard.filter { (end - count..<end).contains($0.at / step) }
  }

  func rate(over window: Int64, at now: UnixTime) -> Double {
    let listened = max(1, now.milliseconds / 1_000 - start / 1_000)
    return Double(last(window, of: 1_000, at: now, isWhole: true).count)
      / Double(min(window, listened))
  }

  func series(at now: UnixTime) -> [Double] {
    (1...Int64(60)).reversed().map { back in
      let step = now.milliseconds / 10_000 - back
      return Double(heard.count { $0.at / 10_000 == step }) / 10
    }
  }

  func outcomes(at now: UnixTime) -> [[String]: [Int64]] {
    var counts: [[String]: [Int64]] = [:]
    for one in heard {
      counts[Self.name(one.outcome), default: [0, 0]][1] += 1
    }
    for one in last(60, of: 10_000, at: now, isWhole: false) {
      counts[Self.name(one.outcome)]?[0] += 1
    }
    return counts
  }

  private static func name(_ outcome: Outcome) -> [String] {
    [FleetWords.word(outcome.result), outcome.reason]
  }

  func waits(at now: UnixTime) -> [Int64] {
    last(30, of: 10_000, at: now, isWhole: false).map(\.outcome).filter(\.hasCalledAt).map {
      let since = $0.hasRequestedAt ? $0.requestedAt : $0.consumedAt
      return max(0, UnixTime($0.calledAt).milliseconds - UnixTime(since).milliseconds)
    }
  }

  func spent(_ currency: String, lastHourAt now: UnixTime? = nil) -> Int64 {
    let counted = now.map { last(60, of: 60_000, at: $0, isWhole: false) } ?? heard
    return counted.filter { $0.outcome.usage.currency == currency }
      .reduce(0) { $0 + Int64($1.outcome.usage.costMicros) }
  }

  func tokens(lastHourAt now: UnixTime) -> Int64 {
    last(60, of: 60_000, at: now, isWhole: false)
      .reduce(0) { $0 + Int64($1.outcome.usage.inputTokens) }
  }

  // MARK: Workers

  /// The newest word of each worker that is not forgotten.
  private func newest(at now: UnixTime) -> [String: (at: Int64, status: WorkerStatus)] {
    var newest: [String: (at: Int64, status: WorkerStatus)] = [:]
    for one in statuses { newest[one.status.worker] = one }
    return newest.filter { now.milliseconds - $0.value.at <= 600_000 }
  }

  func workers(at now: UnixTime) -> [String: String] {
    newest(at: now).mapValues { now.milliseconds - $0.at > 60_000 ? "gone" : "here" }
  }

  /// Of partitions that somebody who is here has, who spoke of it last.
  func owners(at now: UnixTime) -> [Int32: String] {
    let newest = newest(at: now)
    var owners: [Int32: String] = [:]
    // Replayed in order: a worker has what it named last, unless another named it after.
    for (_, status) in statuses {
      owners = owners.filter { $0.value != status.worker }
      for partition in status.partitions { owners[partition.partition] = status.worker }
    }
    return owners.filter { _, owner in
      newest[owner].map { now.milliseconds - $0.at <= 60_000 } ?? false
    }
  }
}
