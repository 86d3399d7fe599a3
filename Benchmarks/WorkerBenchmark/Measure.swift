import ArgumentParser
import BenchmarkSupport
import Foundation
import HighlightsProtocol
import Kafka
import SwiftProtobuf

/// Runs the worker with 1,000 and with 5,000 calls in flight, and the summarizer with 1,000.
struct Measure: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "measure", abstract: "Measures and prints the figures.")

  @OptionGroup var workload: Workload

  private static let few = 1_000
  private static let many = 5_000
  /// Sockets of 5,000 calls, and what else a process has open.
  static let filesNeeded = many + 500
  private static let limit = Duration.seconds(900)

  func run() async throws {
    try FileLimit.raise(toHold: Self.filesNeeded)
    StandardOutput.flushEachLine()
    try await BoundedRun.run(limit: Self.limit) { [self] in
      let figures = try await LoadProcess.run(["simulator"] + workload.arguments) { simulator in
        try await measure("http://127.0.0.1:\(try await simulator.line())/v1")
      }
      try Figure.report(figures)
    }
  }

  private func measure(_ gateway: String) async throws -> [Figure] {
    let bareFew = try await bareRate(gateway, concurrent: Self.few)
    let worker = try await run(.post, gateway, inFlight: Self.few)
    let summarizer = try await run(.summarizer, gateway, inFlight: Self.few)
    // Before and after, and the better of the two: the machine is not the same machine all the time.
    let before = try await bareRate(gateway, concurrent: Self.many)
    let loaded = try await run(.post, gateway, inFlight: Self.many)
    let after = try await bareRate(gateway, concurrent: Self.many)
    let bareMany = max(before, after)
    let allowed = 1_000 / Double(max(1, workload.latency))
    return [
      Figure("simulator_ceiling_1000", bareFew),
      Figure("simulator_ceiling_5000", bareMany),
      Figure("efficiency_1000", worker.rate / (Double(Self.few) * allowed), .atLeast(0.97)),
      Figure("peak_rss_mb", worker.use.peakMegabytes, .below(150)),
      Figure("cpu_s_per_1000", worker.cpuPerThousand, .atMost(0.15)),
      Figure("rate_5000", loaded.rate),
      Figure(
        "efficiency_5000", loaded.rate / min(Double(Self.many) * allowed, bareMany), .atLeast(0.7)),
      Figure("peak_rss_mb_5000", loaded.use.peakMegabytes),
      Figure("cpu_s_per_1000_5000", loaded.cpuPerThousand),
      Figure(
        "summarizer_efficiency_1000", summarizer.rate / (Double(Self.few) * allowed)),
      Figure("summarizer_peak_rss_mb", summarizer.use.peakMegabytes),
      Figure("summarizer_cpu_s_per_1000", summarizer.cpuPerThousand),
    ]
  }

  private func bareRate(_ gateway: String, concurrent: Int) async throws -> Double {
    let arguments = ["bare-loop", "--gateway", gateway, "--concurrent", "\(concurrent)"]
    let rate = try await LoadProcess.run(arguments + workload.arguments) { loop in
      Double(try await loop.line())
    }
    guard let rate else { throw BenchmarkError("the bare loop printed no number") }
    print("bare loop, \(concurrent) concurrent: \(Int(rate)) calls/s")
    return rate
  }

  /// One worker on a broker of its own.
  private func run(_ role: Role, _ gateway: String, inFlight: Int) async throws -> WorkerRun {
    try await LoadBroker.run { broker in
      let topics = [Workload.queries, Workload.outcomes, Workload.highlights, Workload.dead]
      try await broker.createTopics(topics.map { ($0, Workload.partitions) })
      let arguments = [
        "worker", role.rawValue, "--broker", broker.address, "--gateway", gateway, "--in-flight",
        "\(inFlight)",
      ]
      let use = try await broker.withProducer { producer in
        var supply = Supply(role: role, workload: workload, inFlight: inFlight)
        try await supply.extend(done: 0, producer)
        return try await LoadProcess.run(arguments + workload.arguments) { worker in
          try await self.use(of: worker, broker, &supply, producer)
        }
      }
      let run = WorkerRun(rate: try await rate(broker, role), done: use.done, use: use.process)
      print(
        """
        \(role.rawValue), \(inFlight) in flight: \(Int(run.rate)) messages/s, \
        \(String(format: "%.3f", run.cpuPerThousand)) s CPU per 1000, \
        \(Int(run.use.peakMegabytes)) MB
        """)
      return run
    }
  }

  /// What the worker had used when the measured messages had their outcomes, and how many had by then.
  private func use(
    of worker: LoadProcess, _ broker: LoadBroker, _ supply: inout Supply, _ producer: LoadProducer
  ) async throws -> (process: ProcessUse, done: Int) {
    while true {
      let done = try await broker.count(Workload.outcomes, partitions: Workload.partitions)
      if worker.isGone { throw BenchmarkError("the worker ended after \(done) messages") }
      if done >= workload.messages { return (try ProcessUse(of: worker.id), done) }
      try await supply.extend(done: done, producer)
      try await Task.sleep(for: .milliseconds(100))
    }
  }

  private func rate(_ broker: LoadBroker, _ role: Role) async throws -> Double {
    let dead = try await broker.count(Workload.dead, partitions: Workload.partitions)
    guard dead == 0 else { throw BenchmarkError("\(dead) messages became dead letters") }
    var times: [Double] = []
    try await broker.read(Workload.outcomes, partitions: Workload.partitions) { record in
      guard let time = record.timestamp else { throw BenchmarkError("an outcome bears no time") }
      times.append(Double(time) / 1_000)
      guard role == .summarizer else { return }
      let result = try Outcome(serializedBytes: record.value ?? []).result
      guard result == .answered else { throw BenchmarkError("a search ended \(result)") }
    }
    guard times.count >= workload.messages else {
      throw BenchmarkError("\(times.count) outcomes of \(workload.messages) messages")
    }
    return CompletionTimes(times, first: workload.messages).rate
  }
}

/// What one worker did and used.
struct WorkerRun {
  var rate: Double
  var done: Int
  var use: ProcessUse

  var cpuPerThousand: Double { use.cpuSeconds / Double(done) * 1_000 }
}

/// Messages that are published some way ahead of the worker: this broker answers a fetch with all that a partition
/// has, whatever the fetch allows, so a topic filled beforehand would be a worker's memory filled at its start.
struct Supply {
  private let role: Role
  private let workload: Workload
  private let lead: Int
  private var published = 0

  init(role: Role, workload: Workload, inFlight: Int) {
    self.role = role
    self.workload = workload
    // What the worker keeps, what its client has read ahead, and what it takes between two looks.
    lead =
      Int(Workload.partitions) * Workload.buffer(inFlight: inFlight)
      + Workload.prefetchBytes / workload.messageSize + inFlight
  }

  mutating func extend(done: Int, _ producer: LoadProducer) async throws {
    let end = done + lead
    guard end > published else { return }
    let (role, workload) = (role, workload)
    try await producer.send(published..<end) { try workload.message($0, for: role) }
    published = end
  }
}
