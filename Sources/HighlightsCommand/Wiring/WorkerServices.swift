import CacheWriter
import Control
import Foundation
import Kafka
import KafkaWorker
import Observability
import ServiceLifecycle
import Summarizer
import Synchronization

/// What a process runs beside its worker, so that it can be looked at and stopped.
enum WorkerServices {
  /// Serves the process's metrics with what the worker reports.
  static func status<Handler: WorkerHandler>(
    _ settings: StatusSettings, observing: Observing, worker: KafkaWorker<Handler>,
    missing: @escaping @Sendable () -> [String]
  ) -> StatusServer {
    observing.server(
      settings, troubles: { worker.report().troubles },
      report: {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return try encoder.encode(worker.report())
      }, missing: missing)
  }

  /// Has the worker obey what operators switch: its lanes, the live variant, what is withdrawn.
  static func control<Handler: WorkerHandler>(
    _ settings: Settings, client: KafkaClientConfiguration, role: String,
    worker: KafkaWorker<Handler>, switches: FleetSwitches, readiness: WorkerReadiness
  ) -> ControlReader {
    let said = Mutex<[String: String]>([:])
    let before = Mutex(ControlState())
    return ControlReader(client: client, topic: settings.kafka.topics.control) { state in
      // Before lanes may run.
      switches.use(state)
      let news = before.withLock { before in
        defer { before = state }
        return state.news(since: before)
      }
      for line in news { Talk.say("\(role): \(line)") }
      let lanes = SearchLane.allCases.filter { state.pausedLanes[$0.rawValue] != nil }
      worker.setPausedTopics(lanes.reduce(into: []) { $0.formUnion($1.topics(settings)) })
      readiness.heardSwitches()
      said.withLock { said in
        for lane in SearchLane.allCases.map(\.rawValue) where said[lane] != state.pausedLanes[lane]
        {
          guard let reason = state.pausedLanes[lane] else {
            Talk.say("\(role): \(lane) resumed")
            continue
          }
          Talk.say("\(role): \(lane) paused by an operator\(reason.isEmpty ? "" : ": \(reason)")")
        }
        said = state.pausedLanes
      }
    }
  }
}
