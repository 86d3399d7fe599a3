import AsyncHTTPClient
import Foundation
import KafkaWorker
import NIOCore
import NIOHTTP1

/// What a running worker is doing, and whether it gets on.
struct WorkerCheck {
  /// What it prints as its status, such as `http://127.0.0.1:9464`.
  let url: String

  func findings() async -> [Finding] {
    do {
      return findings(try await report())
    } catch {
      return [
        Finding(
          check: "worker", verdict: .fail, found: "\(url): \(error)",
          advice: "a worker says at its start where its status is (status.host, status.port)")
      ]
    }
  }

  private func report() async throws -> WorkerReport {
    let base = url.hasSuffix("/") ? String(url.dropLast()) : url
    let response = try await HTTPClient.shared.execute(
      HTTPClientRequest(url: "\(base)/status"), timeout: .seconds(5))
    guard response.status == .ok else { throw WorkerCheckError(status: response.status.code) }
    let body = try await response.body.collect(upTo: 16 << 20)
    return try JSONDecoder().decode(WorkerReport.self, from: Data(body.readableBytesView))
  }

  private func findings(_ report: WorkerReport) -> [Finding] {
    var summary = "\(report.partitions.count) partitions, \(report.inFlight) in flight"
    if report.abandonedHandlers > 0 {
      summary += ", \(report.abandonedHandlers) handlers given up on and still running"
    }
    if let held = report.held { summary += "; held: \(held)" }
    if report.suspended { summary += "; was stopped, and has yet to prove its membership" }
    let isFine = report.held == nil && !report.suspended && report.partitions.count > 0
    return [Finding(check: "worker", verdict: isFine ? .ok : .warn, found: "\(url): \(summary)")]
      + report.partitions.map(finding)
  }

  private func finding(_ partition: WorkerReport.Partition) -> Finding {
    var found = "\(partition.topic)[\(partition.partition)]: \(partition.state.rawValue)"
    if let reason = partition.reason { found += " (\(reason))" }
    if let offset = partition.oldestUnfinished, let age = partition.ageSeconds {
      found += ", oldest unfinished offset \(offset) for \(Int(age)) s"
    }
    found +=
      ", \(partition.inFlight) in flight, \(partition.buffered) queued, \(partition.waiting) not due"
    let isWaiting = [.held, .paused, .draining].contains(partition.state)
    return Finding(
      check: "worker",
      verdict: partition.stalledSeconds != nil ? .fail : isWaiting ? .warn : .ok, found: found,
      advice: advice(partition))
  }

  private func advice(_ partition: WorkerReport.Partition) -> String {
    if let seconds = partition.stalledSeconds {
      return "no progress for \(Int(seconds)) s although it could: restart the worker"
    }
    return partition.state == .paused ? "highlights resume" : ""
  }
}

private struct WorkerCheckError: Error, CustomStringConvertible {
  let status: UInt

  var description: String { "answered \(status), which no worker's status does" }
}
