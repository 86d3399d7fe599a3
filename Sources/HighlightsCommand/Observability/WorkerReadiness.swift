import KafkaWorker
import LLMGateway
import Synchronization

/// Whether a summarizer does its work: it has been given its partitions, knows what operators switched, and a
/// deployment takes calls.
///
/// A worker that the group gives no partition is ready: it stands by. What a single partition waits for is no matter of
/// the process's readiness; `/status` and `kafka_worker_partitions` tell of it.
final class WorkerReadiness: Sendable {
  private struct State {
    var isAssigned = false
    var knowsSwitches = false
  }

  private let state = Mutex(State())

  func take(_ event: WorkerEvent) {
    guard case .assigned = event else { return }
    state.withLock { $0.isAssigned = true }
  }

  /// What operators have switched was read.
  func heardSwitches() { state.withLock { $0.knowsSwitches = true } }

  /// One line each; empty once it is ready.
  func missing(_ gateways: [(deployment: String, state: CallGateState)]) -> [String] {
    var missing: [String] = []
    let state = state.withLock { $0 }
    if !state.isAssigned { missing.append("the group has not given this worker its partitions") }
    if !state.knowsSwitches { missing.append("what operators switched has not been read") }
    if !gateways.isEmpty, gateways.allSatisfy(\.state.isOpen) {
      missing.append(
        "no deployment takes calls: the circuit is open of "
          + gateways.map(\.deployment).joined(separator: ", "))
    }
    return missing
  }
}
