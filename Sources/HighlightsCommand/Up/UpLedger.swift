import HighlightsProtocol

/// What is on its way in an `up` run. The embedded broker keeps 5 MiB a partition and drops the oldest without
/// a word, so no more than a window of searches may be without an outcome, and no more than a part of it
/// may wait for the store.
struct UpLedger: Sendable {
  /// Highlights written that the store has not taken: each far smaller than a partition's share.
  static let storeWindow = 500

  let windowBytes: Int
  let windowCount: Int

  private var pending: [String: Int] = [:]
  private var pendingBytes = 0
  private var highlights = 0
  private var applied = 0
  private(set) var report = UpReport()
  private(set) var order: [Ended] = []
  private var index: [String: Int] = [:]

  /// A search in the order of the file, and how it ended.
  struct Ended: Sendable {
    let id: String
    var outcome: Outcome?
  }

  init(windowBytes: Int, windowCount: Int) {
    self.windowBytes = windowBytes
    self.windowCount = windowCount
  }

  /// Whether a search of that size may be published now; one alone may be of any size.
  func admits(bytes: Int) -> Bool {
    guard highlights - applied < Self.storeWindow else { return false }
    return pending.isEmpty
      || (pendingBytes + bytes <= windowBytes && pending.count < windowCount)
  }

  /// Counts a search as published; false when its id is taken already.
  mutating func publish(_ id: String, bytes: Int) -> Bool {
    guard index[id] == nil else { return false }
    index[id] = order.count
    order.append(Ended(id: id))
    pending[id] = bytes
    pendingBytes += bytes
    report.queries += 1
    return true
  }

  /// Counts an outcome, the first of each search.
  mutating func end(_ outcome: Outcome) {
    guard let bytes = pending.removeValue(forKey: outcome.queryID) else { return }
    pendingBytes -= bytes
    report.count(outcome)
    if let place = index[outcome.queryID] { order[place].outcome = outcome }
    if outcome.hasPublishedAt { highlights += 1 }
  }

  mutating func apply(_ count: Int) { applied += count }

  /// Whether every search has its outcome and every highlight is in the store.
  var isSettled: Bool { pending.isEmpty && applied >= highlights }

  var inFlight: Int { pending.count }

  mutating func finish(after duration: Duration) {
    report.seconds = duration / .seconds(1)
  }
}
