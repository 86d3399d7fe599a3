import LLMGateway
import TestSupport

import func Foundation.log

/// What happens to partitions: messages, and owners that change.
extension FleetSimulation {
  /// One worker gives up its partitions; calls that wait for them leave, those in flight go on.
  mutating func revoke(at time: Int64) {
    let owners = workers.indices.filter { !workers[$0].owned.isEmpty }
    guard let loser = owners.randomElement(using: &random) else { return }
    let owned = workers[loser].owned
    let given = workers.count == 1 ? Array(owned.prefix(owned.count / 2)) : owned
    let left = owned.filter { !given.contains($0) }
    workers[loser].setOwned(left, of: scenario.partitions, at: time)
    for (ticket, call) in workers[loser].waiting where given.contains(call.partition) {
      workers[loser].limiter.cancel(ticket)
      workers[loser].waiting[ticket] = nil
      pending[Int(call.partition)] += 1
    }
    run(loser, at: time)
    events.add(.assign(given), at: time + Int64(between(1_000, 3_000) * 1e6))
  }

  /// Each goes to a random worker.
  mutating func assign(_ partitions: [Int32], at time: Int64) {
    var gained: [Int: [Int32]] = [:]
    for partition in partitions {
      gained[random.below(workers.count), default: []].append(partition)
    }
    for (index, partitions) in gained.sorted(by: { $0.key < $1.key }) {
      workers[index].setOwned(
        (workers[index].owned + partitions).sorted(), of: scenario.partitions, at: time)
      run(index, at: time)
    }
  }

  mutating func addMessage(_ partition: Int, after time: Int64) {
    guard case .zipf(let load) = scenario.arrivals else { return }
    let weights = (0..<scenario.partitions).reduce(0) { $0 + 1 / Double($1 + 1) }
    let perMinute = scenario.capacity * load / Double(partition + 1) / weights
    let gap = -log(1 - between(0, 1)) * 60e9 / perMinute
    events.add(.message(partition), at: time + Int64(gap))
  }
}
