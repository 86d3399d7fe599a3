import Foundation

/// Everything that changes while a ``PlanSimulation`` runs.
struct SimulationState {
  private let simulation: PlanSimulation
  private let input: PlanInput
  private let sampler: KeySampler
  private var random: SimulationRandom
  private var events = EventHeap(capacity: 4_096)
  private var workers: [SimulatedWorker] = []
  private var partitions: [SimulatedPartition]
  /// By the key's rank: until when its highlight is fresh, when it was last written, and how many wait behind the
  /// search of it that is being worked on.
  private var freshUntil: [Double]
  private var written: [Double]
  private var followers: [Int32]
  private var count = SimulationCount()
  private var now = 0.0

  init(_ simulation: PlanSimulation) {
    self.simulation = simulation
    input = simulation.input
    let popularity = KeyPopularity(input.demand.skew)
    sampler = KeySampler(popularity)
    random = SimulationRandom(seed: simulation.seed)
    let fleet = simulation.fleet
    partitions = Array(repeating: SimulatedPartition(), count: fleet.partitions)
    let keys = input.demand.skew.keys
    freshUntil = Array(repeating: -1, count: keys)
    written = Array(repeating: -.infinity, count: keys)
    followers = Array(repeating: -1, count: keys)
    let allowed = min(input.limits.calls(), input.limits.calls(of: input.call))
    for owner in 0..<fleet.owners {
      let owned = fleet.owned(by: owner)
      workers.append(
        SimulatedWorker(
          owned, cores: input.worker.cores,
          callsPerSecond: allowed * Double(owned.count) / Double(fleet.partitions), burst: 0.3))
      for partition in owned { partitions[partition].owner = owner }
    }
    if simulation.start == .settled { settle(popularity) }
  }

  /// Has keys be fresh as often as they are in the long run, at the rates that the fleet can do.
  private mutating func settle(_ popularity: KeyPopularity) {
    let rates = simulation.fleet.processed(at: input.demand.peak)
    let known = 1 - input.demand.newKeyShare
    for run in popularity.runs {
      for rank in run.first..<(run.first + run.count) {
        let partition = KeyPopularity.partition(ofRank: rank, of: partitions.count)
        let rate = rates[partition] * known * run.share
        let freshFor = freshFor(rank)
        let refresh = input.demand.changedShare * input.call.meanLatency
        guard random.unit() * (1 + rate * (freshFor + refresh)) < rate * freshFor else { continue }
        freshUntil[rank] = random.unit() * freshFor
        written[rank] = freshUntil[rank] - freshFor
      }
    }
  }

  private func freshFor(_ rank: Int) -> Double {
    KeyPopularity.hasNoAnswer(rank, share: input.demand.noAnswerShare)
      ? input.demand.noAnswerFreshFor : input.demand.freshFor
  }

  // MARK: Running

  mutating func run() -> PlanSimulation.Result {
    let end = simulation.warmUp + simulation.length
    let gap = 1 / input.demand.peak
    var nextArrival = random.exponential() * gap
    while true {
      let time = min(nextArrival, events.first?.time ?? .infinity)
      guard time < end else { break }
      pass(to: time)
      if nextArrival <= time {
        arrive()
        nextArrival = now + random.exponential() * gap
      } else if let event = events.pop() {
        handle(event)
      }
    }
    pass(to: end)
    return result()
  }

  private mutating func pass(to time: Double) {
    if now < simulation.warmUp, time >= simulation.warmUp {
      count = SimulationCount(ended: count.ended)
      for partition in partitions.indices { partitions[partition].arrived = 0 }
    }
    now = time
  }

  private mutating func arrive() {
    var key: Int32 = -1
    var partition: Int
    if input.demand.newKeyShare > 0, random.unit() < input.demand.newKeyShare {
      partition = random.below(partitions.count)
    } else {
      key = Int32(sampler.draw(&random))
      partition = KeyPopularity.partition(ofRank: Int(key), of: partitions.count)
    }
    count.offered += 1
    partitions[partition].arrived += 1
    partitions[partition].log.append(key)
    fill(partition)
    dispatch(partitions[partition].owner)
  }

  /// Takes searches into the worker's memory: those whose key is being worked on wait behind it.
  private mutating func fill(_ partition: Int) {
    while partitions[partition].buffered < input.worker.bufferPerPartition,
      !partitions[partition].log.isEmpty
    {
      let key = partitions[partition].log.removeFirst()
      partitions[partition].buffered += 1
      if key >= 0, followers[Int(key)] >= 0 {
        followers[Int(key)] += 1
      } else {
        if key >= 0 { followers[Int(key)] = 0 }
        partitions[partition].ready.append(key)
      }
    }
  }

  /// Begins searches of a worker's partitions in turn, as long as there are places.
  private mutating func dispatch(_ owner: Int) {
    var passed = 0
    let owned = workers[owner].partitions
    while passed < owned.count, workers[owner].inFlight < input.worker.inFlight {
      let partition = workers[owner].turn
      workers[owner].turn = partition + 1 < owned.upperBound ? partition + 1 : owned.lowerBound
      guard partitions[partition].inFlight < input.worker.inFlightPerPartition,
        let key = partitions[partition].next()
      else {
        passed += 1
        continue
      }
      passed = 0
      begin(key, partition, owner)
    }
  }

  private mutating func begin(_ key: Int32, _ partition: Int, _ owner: Int) {
    workers[owner].begin()
    partitions[partition].inFlight += 1
    let path: SearchPath =
      if key >= 0, freshUntil[Int(key)] > now {
        .unchanged
      } else if key >= 0, input.demand.changedShare < 1, random.unit() >= input.demand.changedShare
      {
        .republished
      } else { .called }
    // A call takes half of its processor time before, for the prompt, and half after, for the reply.
    let seconds =
      path == .called ? input.worker.cpuPerCall / 2 : input.worker.cpuPerUnchanged
    count.processors += seconds
    let done = workers[owner].process(seconds, at: now)
    push(.prepared, at: done, key, partition, path)
  }

  private mutating func push(
    _ kind: EventHeap.Kind, at time: Double, _ key: Int32, _ partition: Int, _ path: SearchPath
  ) {
    events.push(
      EventHeap.Event(
        time: time, key: key, partition: UInt16(partition), kind: kind, path: path))
  }

  private mutating func handle(_ event: EventHeap.Event) {
    let partition = Int(event.partition)
    let owner = partitions[partition].owner
    let (key, path) = (event.key, event.path)
    let acknowledgement = input.worker.acknowledgement
    switch event.kind {
    case .prepared:
      switch path {
      case .called:
        let sent = workers[owner].admit(at: now)
        push(.replied, at: sent + latency(), key, partition, path)
      case .republished:
        write(key)
        push(.ended, at: now + 2 * acknowledgement, key, partition, path)
      case .unchanged: push(.ended, at: now + acknowledgement, key, partition, path)
      }
    case .replied:
      write(key)
      count.processors += input.worker.cpuPerCall / 2
      let done = workers[owner].process(input.worker.cpuPerCall / 2, at: now)
      push(.ended, at: done + 2 * acknowledgement, key, partition, path)
    case .ended: end(key, partition, owner, path)
    }
  }

  private mutating func latency() -> Double {
    let (median, sigma) = (input.call.medianLatency, input.call.sigma)
    return sigma == 0 ? median : median * exp(sigma * random.normal())
  }

  private mutating func write(_ key: Int32) {
    guard key >= 0 else { return }
    freshUntil[Int(key)] = now + freshFor(Int(key))
    written[Int(key)] = now
  }

  private mutating func end(_ key: Int32, _ partition: Int, _ owner: Int, _ path: SearchPath) {
    workers[owner].end()
    partitions[partition].inFlight -= 1
    partitions[partition].buffered -= 1
    count.searches += 1
    count.ended += 1
    if path == .called { count.calls += 1 }
    if key >= 0 {
      followers[Int(key)] -= 1
      if followers[Int(key)] >= 0 { partitions[partition].resumed.append(key) }
    }
    fill(partition)
    dispatch(owner)
  }

  // MARK: What came of it

  private func result() -> PlanSimulation.Result {
    let (length, fleet) = (simulation.length, simulation.fleet)
    let allowed = min(input.limits.calls(), input.limits.calls(of: input.call))
    let calls = Double(count.calls) / length
    let oldest = now - input.demand.expiresAfter
    return PlanSimulation.Result(
      searches: Double(count.searches) / length, calls: calls,
      offered: Double(count.offered) / length,
      processorsUsed: count.processors / length / (Double(fleet.owners) * input.worker.cores),
      limitUsed: allowed.isFinite ? calls / allowed : 0,
      waiting: partitions.reduce(0) { $0 + $1.log.count + $1.buffered },
      storedHighlights: written.count { $0 > oldest },
      hottestPartitionShare: Double(partitions.map(\.arrived).max() ?? 0)
        / Double(max(1, count.offered)),
      ended: count.ended)
  }
}

/// What is counted since the warm-up.
private struct SimulationCount {
  var offered = 0
  var searches = 0
  var calls = 0
  var processors = 0.0
  /// Since the start.
  var ended = 0
}

/// One partition: what is in the topic, what the worker has in memory, what it works on.
private struct SimulatedPartition {
  var owner = 0
  /// In the topic, not read yet.
  var log = SearchQueue()
  /// In memory: of keys that nobody works on, and the next of keys whose search just ended, which are older.
  var ready = SearchQueue()
  var resumed = SearchQueue()
  /// In memory in all, in flight and behind others included.
  var buffered = 0
  var inFlight = 0
  /// Since the warm-up.
  var arrived = 0

  mutating func next() -> Int32? {
    if !resumed.isEmpty { return resumed.removeFirst() }
    return ready.isEmpty ? nil : ready.removeFirst()
  }
}
