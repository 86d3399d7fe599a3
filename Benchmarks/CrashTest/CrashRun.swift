import BenchmarkSupport
import Foundation
import Kafka
import Logging
import ServiceLifecycle

/// All the lives of one worker, with completions in its commits' metadata or without.
struct CrashRun {
  let workload: Workload
  let withMetadata: Bool

  private static let settleLimit = Duration.seconds(180)

  /// - Returns: what was called, killed and published.
  func run() async throws -> CrashRecord {
    let (ports, port) = AsyncStream<Int>.makeStream()
    let counter = CallCounter(seed: workload.seed) { port.yield($0) }
    return try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask {
        let result: Result<Void, any Error>
        do { result = .success(try await counter.run()) } catch { result = .failure(error) }
        port.finish()
        try result.get()
      }
      defer { group.cancelAll() }
      for await port in ports { return try await run(counter, port: port) }
      throw BenchmarkError("the counting server did not start")
    }
  }

  private func run(_ counter: CallCounter, port: Int) async throws -> CrashRecord {
    try await LoadBroker.run { broker in
      try await broker.createTopics([
        (Workload.messageTopic, Workload.partitions), (Workload.outcomeTopic, 1),
        (Workload.deadTopic, 1),
      ])
      try await broker.preload(workload.messages) { number in
        .init(
          topic: Workload.messageTopic, partition: Int32(number) % Workload.partitions,
          key: Array("\(number)".utf8), value: [])
      }
      let arguments =
        [
          "worker", "--broker", broker.address, "--calls", "http://127.0.0.1:\(port)",
          "--in-flight", "\(workload.inFlight)",
        ] + (withMetadata ? [] : ["--without-metadata"])
      var kills: [Date] = []
      for (life, moment) in KillMoment.draw(workload).enumerated() {
        kills.append(
          try await live(life, until: moment, arguments + ["--life", "\(life)"], counter))
      }
      try await LoadProcess.run(arguments + ["--life", "\(kills.count)"]) { worker in
        try await settle(worker, broker)
      }
      return try await record(counter, kills, broker)
    }
  }

  /// One life; returns when it was ended.
  private func live(
    _ life: Int, until moment: KillMoment, _ arguments: [String], _ counter: CallCounter
  ) async throws -> Date {
    let worker = try LoadProcess(arguments)
    let result: Result<Date, any Error>
    do {
      let enough = min(workload.messages - 1, counter.answered + moment.messages)
      while counter.answered < enough {
        if worker.isGone { throw BenchmarkError("life \(life) ended by itself") }
        try await Task.sleep(for: .milliseconds(5))
      }
      try await Task.sleep(for: moment.delay)
      result = .success(Date())
    } catch {
      result = .failure(error)
    }
    let wasAlive = await worker.kill()
    let end = try result.get()
    guard wasAlive else { throw BenchmarkError("life \(life) ended by itself") }
    print("kill \(life): \(counter.answered) answered, \(counter.calls.count) calls")
    return end
  }

  /// Lets the last life finish everything.
  private func settle(_ worker: LoadProcess, _ broker: LoadBroker) async throws {
    let deadline = ContinuousClock.now + Self.settleLimit
    while true {
      let lag = try await broker.lag(
        ofGroup: Workload.group, Workload.messageTopic, partitions: Workload.partitions)
      if lag == 0 { return }
      if worker.isGone { throw BenchmarkError("the last life ended with \(lag) messages left") }
      guard ContinuousClock.now < deadline else {
        throw BenchmarkError("\(lag) messages were not committed within \(Self.settleLimit)")
      }
      try await Task.sleep(for: .milliseconds(250))
    }
  }

  private func record(
    _ counter: CallCounter, _ kills: [Date], _ broker: LoadBroker
  ) async throws -> CrashRecord {
    var outcomes: [CrashRecord.Outcome] = []
    try await broker.read(Workload.outcomeTopic, partitions: 1) { record in
      guard let message = record.key.flatMap({ Int(String(decoding: $0, as: UTF8.self)) }),
        let life = record.value.flatMap({ Int(String(decoding: $0, as: UTF8.self)) }),
        let time = record.timestamp
      else { throw BenchmarkError("an outcome cannot be read") }
      outcomes.append(
        .init(
          call: Call(life: life, message: message),
          time: Date(timeIntervalSince1970: Double(time) / 1_000)))
    }
    return CrashRecord(
      messages: workload.messages, kills: kills, calls: counter.calls, outcomes: outcomes)
  }
}
