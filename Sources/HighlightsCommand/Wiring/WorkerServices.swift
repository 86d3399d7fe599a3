import CacheWriter
import Control
import Foundation
import Kafka
import KafkaWorker
import Logging
import Metrics
import Observability
import ServiceLifecycle
import Summarizer
import Synchronization

/// What a process runs beside its worker, so that it can be looked at and stopped.
enum WorkerServices {
  /// Has the process's metrics kept, and serves them with what the worker reports. Once a process.
  static func status<Handler: WorkerHandler>(
    _ settings: StatusSettings, role: String, worker: KafkaWorker<Handler>,
    readiness: CacheReadiness? = nil
  ) -> StatusServer {
    let metrics = PrometheusMetrics()
    MetricsSystem.bootstrap(metrics)
    let host = settings.host
    var logger = Logger(label: "status")
    // What it says below that is where it listens.
    logger.logLevel = max(logger.logLevel, .warning)
    return StatusServer(
      host: host, port: settings.port,
      source: .init(
        troubles: { worker.report().troubles },
        report: {
          let encoder = JSONEncoder()
          encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
          return try encoder.encode(worker.report())
        },
        missing: { readiness?.troubles ?? [] }),
      metrics: metrics, logger: logger,
      onRunning: { Talk.say("\(role): status at http://\(host):\($0)") })
  }

  /// Has the worker obey what operators switch: its lanes, the live variant, what is withdrawn.
  static func control<Handler: WorkerHandler>(
    _ settings: Settings, client: KafkaClientConfiguration, role: String,
    worker: KafkaWorker<Handler>, switches: FleetSwitches
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
