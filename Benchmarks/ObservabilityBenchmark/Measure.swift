import ArgumentParser
import AsyncHTTPClient
import BenchmarkSupport
import Foundation
import Kafka
import NIOCore
import NIOHTTP1

/// Runs the same load observed and unobserved, in turn: the machine is not the same machine all the time.
struct Measure: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "measure", abstract: "Measures and prints the figures.")

  @OptionGroup var workload: Workload
  @Option(help: "Pairs of runs of each scenario.")
  var pairs = 3

  private static let limit = Duration.seconds(900)

  /// What the gateway allows, and what of it is recorded.
  private struct Scenario {
    let name: String
    let latency: Int
    let messages: Int
    let sampleRatio: Double
  }

  func validate() throws {
    guard (1...20).contains(pairs) else {
      throw ValidationError("--pairs \(pairs): allowed 1 to 20")
    }
  }

  func run() async throws {
    try FileLimit.raise(toHold: Workload.filesNeeded)
    StandardOutput.flushEachLine()
    try await BoundedRun.run(limit: Self.limit) { [self] in
      // Calls of a second, as of a model; every trace is recorded.
      let paced = try await measure(
        Scenario(name: "paced", latency: 1_000, messages: workload.messages, sampleRatio: 1))
      // As fast as the machine goes, on which the receiver runs too; what is recorded by default.
      let saturated = try await measure(
        Scenario(
          name: "saturated", latency: 20, messages: workload.messages, sampleRatio: 0.05))
      try Figure.report([
        Figure("throughput_vs_off", paced.ratio, .atLeast(0.97)),
        Figure("throughput_off", paced.off.rate),
        Figure("cpu_s_per_1000_off", paced.off.cpuPerThousand),
        Figure("cpu_s_per_1000_on", paced.on.cpuPerThousand),
        Figure("spans_lost", Double(paced.lost), .exactly(0)),
        Figure("throughput_vs_off_saturated", saturated.ratio),
        Figure("throughput_off_saturated", saturated.off.rate),
      ])
    }
  }

  private struct Comparison {
    /// The median of the pairs' ratios.
    var ratio: Double
    /// The median ones.
    var off: WorkerRun
    var on: WorkerRun
    var lost: Int
  }

  private func measure(_ scenario: Scenario) async throws -> Comparison {
    var (offs, ons, ratios): ([WorkerRun], [WorkerRun], [Double]) = ([], [], [])
    for pair in 0..<pairs {
      // Which comes first changes.
      var runs: [Bool: WorkerRun] = [:]
      for observed in pair.isMultiple(of: 2) ? [false, true] : [true, false] {
        runs[observed] = try await run(scenario, observed: observed)
      }
      guard let off = runs[false], let on = runs[true] else { continue }
      offs.append(off)
      ons.append(on)
      ratios.append(on.rate / off.rate)
    }
    func median(_ runs: [WorkerRun]) -> WorkerRun {
      runs.sorted { $0.rate < $1.rate }[runs.count / 2]
    }
    return Comparison(
      ratio: ratios.sorted()[ratios.count / 2], off: median(offs), on: median(ons),
      lost: ons.reduce(0) { $0 + $1.lostSpans })
  }

  /// One worker on a broker, a gateway and a receiver of its own.
  private func run(_ scenario: Scenario, observed: Bool) async throws -> WorkerRun {
    try await LoadProcess.run(["simulator", "\(scenario.latency)"]) { simulator in
      let gateway = "http://127.0.0.1:\(try await simulator.line())/v1"
      return try await LoadProcess.run(["receiver"]) { receiver in
        let traces = "http://127.0.0.1:\(try await receiver.line())"
        let run = try await work(scenario, gateway, observed ? traces : nil)
        print(
          """
          \(scenario.name), \(observed ? "observed" : "unobserved"): \(Int(run.rate)) searches/s, \
          \(String(format: "%.3f", run.cpuPerThousand)) s CPU per 1000, \
          \(run.scrapes) scrapes, \(run.exportedSpans) spans exported, \(run.lostSpans) lost
          """)
        return run
      }
    }
  }

  private func work(
    _ scenario: Scenario, _ gateway: String, _ traces: String?
  ) async throws -> WorkerRun {
    try await LoadBroker.run { broker in
      let topics = [Workload.queries, Workload.outcomes, Workload.highlights, Workload.dead]
      try await broker.createTopics(topics.map { ($0, Workload.partitions) })
      var arguments = ["worker", "--broker", broker.address, "--gateway", gateway]
      if let traces { arguments += ["--traces", traces, "--ratio", "\(scenario.sampleRatio)"] }
      return try await broker.withProducer { producer in
        var published = 0
        func extend(done: Int) async throws {
          let end = done + Workload.lead
          guard end > published else { return }
          try await producer.send(published..<end) { try Workload.message($0) }
          published = end
        }
        try await extend(done: 0)
        return try await LoadProcess.run(arguments) { worker in
          let scraper = traces == nil ? nil : Scraper(port: try await worker.line())
          let last = try await scraping(scraper) {
            while true {
              let done = try await broker.count(
                Workload.outcomes, partitions: Workload.partitions)
              if worker.isGone { throw BenchmarkError("the worker ended after \(done) searches") }
              if done >= scenario.messages { return (try ProcessUse(of: worker.id), done) }
              try await extend(done: done)
              try await Task.sleep(for: .milliseconds(100))
            }
          }
          let text = try await scraper?.scrape() ?? ""
          return WorkerRun(
            rate: try await rate(broker, scenario.messages), done: last.1, use: last.0,
            scrapes: await scraper?.count ?? 0,
            exportedSpans: Scraper.value("trace_spans_total{result=\"exported\"}", in: text),
            lostSpans: Scraper.value("trace_spans_total{result=\"dropped_full\"}", in: text)
              + Scraper.value("trace_spans_total{result=\"dropped_failed\"}", in: text))
        }
      }
    }
  }

  /// Scrapes each second while `body` runs.
  private func scraping<T: Sendable>(
    _ scraper: Scraper?, _ body: () async throws -> T
  ) async throws -> T {
    let scraping = Task {
      while !Task.isCancelled {
        _ = try await scraper?.scrape()
        try await Task.sleep(for: .seconds(1))
      }
    }
    defer { scraping.cancel() }
    return try await body()
  }

  /// Outcomes a second between the 10th and the 90th percentile of their times.
  private func rate(_ broker: LoadBroker, _ messages: Int) async throws -> Double {
    let dead = try await broker.count(Workload.dead, partitions: Workload.partitions)
    guard dead == 0 else { throw BenchmarkError("\(dead) searches became dead letters") }
    var times: [Double] = []
    try await broker.read(Workload.outcomes, partitions: Workload.partitions) { record in
      guard let time = record.timestamp else { throw BenchmarkError("an outcome bears no time") }
      times.append(Double(time) / 1_000)
    }
    times = Array(times.sorted().prefix(messages))
    let (first, last) = (times.count / 10, times.count * 9 / 10)
    guard last > first else { throw BenchmarkError("\(times.count) outcomes are too few") }
    return Double(last - first) / (times[last] - times[first])
  }
}

/// What one worker did and used.
struct WorkerRun: Sendable {
  var rate: Double
  var done: Int
  var use: ProcessUse
  var scrapes: Int
  var exportedSpans: Int
  var lostSpans: Int

  var cpuPerThousand: Double { use.cpuSeconds / Double(done) * 1_000 }
}

/// Asks for metrics as Prometheus does.
actor Scraper {
  private let url: String
  private(set) var count = 0

  init(port: String) { url = "http://127.0.0.1:\(port)/metrics" }

  func scrape() async throws -> String {
    var request = HTTPClientRequest(url: url)
    request.headers.add(name: "accept", value: "application/openmetrics-text;version=1.0.0")
    let response = try await HTTPClient.shared.execute(request, timeout: .seconds(10))
    let body = try await response.body.collect(upTo: 16 << 20)
    count += 1
    return String(buffer: body)
  }

  /// The value of a series; 0 where it is not there.
  static func value(_ series: String, in text: String) -> Int {
    let line = text.split(separator: "\n").first { $0.hasPrefix(series + " ") }
    return line?.split(separator: " ").last.flatMap { Int($0) } ?? 0
  }
}
