import HighlightsProtocol

/// What workers say of themselves, and how far their groups have come.
///
/// Bounded in workers, partitions and the length of every word. A worker that was not heard for a minute is gone, and
/// forgotten after ten; a partition is whose worker spoke of it last.
struct WorkerTable: Sendable {
  static let mostWorkers = 256
  static let mostPartitions = 4_096
  /// Limits and holds of one worker.
  static let mostDetails = 32
  static let goneAfter: Int64 = 60_000
  static let forgottenAfter: Int64 = 600_000
  /// Offsets older than this are not shown as lag.
  static let lagsLast: Int64 = 60_000

  struct Place: Hashable, Comparable, Sendable {
    let topic: String
    let partition: Int32

    static func < (left: Place, right: Place) -> Bool {
      (left.topic, left.partition) < (right.topic, right.partition)
    }
  }

  private struct Worker: Sendable {
    var status: FleetSnapshot.Worker
    var heardAt: UnixTime
    var places: Set<Place> = []

    func isSilent(for time: Int64, at now: UnixTime) -> Bool {
      now.milliseconds - heardAt.milliseconds > time
    }
  }

  private struct Entry: Sendable {
    var owner: String
    var status: FleetSnapshot.Partition
  }

  private var workers: [String: Worker] = [:]
  private var entries: [Place: Entry] = [:]
  private var lags: [Place: FleetLag] = [:]
  private var lagsAt: UnixTime?
  /// Of the last lags.
  private var lagsLeftOut = 0
  /// Statuses of workers for which there was no room, since the last worker was forgotten.
  private var workersLeftOut: Set<String> = []
  private var partitionsLeftOut: [String: Int] = [:]

  // MARK: What comes

  mutating func take(_ status: WorkerStatus, at now: UnixTime) {
    let name = FleetWords.name(status.worker)
    guard !name.isEmpty else { return }
    for (old, worker) in workers where worker.isSilent(for: Self.forgottenAfter, at: now) {
      forget(old)
    }
    if workers[name] == nil, workers.count >= Self.mostWorkers {
      let silent = workers.min { $0.value.heardAt < $1.value.heardAt }
      guard let silent, silent.value.isSilent(for: Self.goneAfter, at: now) else {
        if workersLeftOut.count < Self.mostWorkers { workersLeftOut.insert(name) }
        return
      }
      forget(silent.key)
    }
    workersLeftOut.remove(name)
    let before = workers[name]?.places ?? []
    var worker = Worker(status: .init(status, name: name), heardAt: now)
    for partition in status.partitions {
      let place = Place(
        topic: FleetWords.name(partition.topic), partition: partition.partition)
      guard entries[place] != nil || entries.count < Self.mostPartitions else { continue }
      entries[place] = Entry(owner: name, status: .init(partition, at: place, owner: name))
      worker.places.insert(place)
    }
    let named = status.partitions.count
    partitionsLeftOut[name] = named > worker.places.count ? named - worker.places.count : nil
    for place in before.subtracting(worker.places) { release(place, of: name) }
    workers[name] = worker
  }

  /// Replaces what is known of lags.
  mutating func take(_ lags: [FleetLag], at now: UnixTime) {
    self.lags = [:]
    for lag in lags.prefix(Self.mostPartitions) {
      self.lags[Place(topic: FleetWords.name(lag.topic), partition: lag.partition)] = lag
    }
    lagsLeftOut = lags.count - min(lags.count, Self.mostPartitions)
    lagsAt = now
  }

  private mutating func forget(_ name: String) {
    guard let worker = workers.removeValue(forKey: name) else { return }
    for place in worker.places { release(place, of: name) }
    partitionsLeftOut[name] = nil
    workersLeftOut = []
  }

  private mutating func release(_ place: Place, of name: String) {
    if entries[place]?.owner == name { entries[place] = nil }
  }

  // MARK: Figures

  /// By name, those that are gone last.
  func workers(at now: UnixTime) -> [FleetSnapshot.Worker] {
    workers.values.filter { !$0.isSilent(for: Self.forgottenAfter, at: now) }.map { worker in
      var status = worker.status
      status.heardSecondsAgo = max(0, now.milliseconds - worker.heardAt.milliseconds) / 1_000
      status.state = worker.isSilent(for: Self.goneAfter, at: now) ? "gone" : "here"
      status.partitions = worker.places.count { entries[$0]?.owner == status.name }
      return status
    }
    .sorted { ($0.state == "gone" ? 1 : 0, $0.name) < ($1.state == "gone" ? 1 : 0, $1.name) }
  }

  /// By topic and number.
  func partitions(at now: UnixTime) -> [FleetSnapshot.Partition] {
    let owned = entries.filter { _, entry in
      workers[entry.owner].map { !$0.isSilent(for: Self.goneAfter, at: now) } ?? false
    }
    let lags = lags(at: now)
    // What only a worker that is gone spoke of stays listed as nobody's.
    return Set(entries.keys).union(lags.keys).sorted().map { place in
      var partition =
        owned[place]?.status
        ?? FleetSnapshot.Partition(
          topic: place.topic, partition: place.partition, state: "unowned", inFlight: 0)
      if let lag = lags[place] {
        partition.lag = lag.messages
        partition.lagFrom = "offsets"
      }
      return partition
    }
  }

  private func lags(at now: UnixTime) -> [Place: FleetLag] {
    guard let lagsAt, now.milliseconds - lagsAt.milliseconds <= Self.lagsLast else { return [:] }
    return lags
  }

  var leftOut: FleetSnapshot.LeftOut {
    .init(
      workers: workersLeftOut.count,
      partitions: partitionsLeftOut.values.reduce(lagsLeftOut, +))
  }
}
