import Control
import Foundation
import Kafka
import KafkaWorker
import Logging
import Metrics
import Observability
import ServiceLifecycle
import Synchronization

/// What a process runs beside its worker, so that it can be looked at and stopped.
enum WorkerServices {
  /// Has the process's metrics kept, and serves them with what the worker reports. Once a process.
  static func status<Handler: WorkerHandler>(
    _ settings: StatusSettings, role: String, worker: KafkaWorker<Handler>
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
        }),
      metrics: metrics, logger: logger,
      onRunning: { Talk.say("\(role): status at http://\(host):\($0)") })
  }

  /// Pauses and resumes the worker's lanes as operators say.
  static func control<Handler: WorkerHandler>(
    _ settings: Settings, client: KafkaClientConfiguration, role: String,
    worker: KafkaWorker<Handler>
  ) -> ControlReader {
    let said = Mutex<[String: String]>([:])
    return ControlReader(client: client, topic: settings.kafka.topics.control) { state in
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
