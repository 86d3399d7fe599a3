import ArgumentParser
import CKafkaBenchmark
import Dispatch
import Foundation
import Synchronization

/// What a leg measured.
struct LegResult: Codable {
  var messagesPerSecond: Double
  /// Of all threads of the leg's process.
  var cpuMicrosecondsPerMessage: Double

  init(seconds: Double, cpuSeconds: Double, messages: Int) {
    messagesPerSecond = Double(messages) / seconds
    cpuMicrosecondsPerMessage = cpuSeconds * 1e6 / Double(messages)
  }
}

/// One leg in a process of its own; prints a `LegResult`.
struct LegProcess: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "leg", abstract: "Measures one side once.", shouldDisplay: false)

  @Argument var client: Client
  @Argument var work: Work
  @Option var broker: String
  @OptionGroup var workload: Workload

  /// A leg that hangs is killed by SIGALRM.
  static let limitSeconds: UInt32 = 120

  func run() throws {
    alarm(Self.limitSeconds)
    let result =
      switch client {
      // On the main thread, as a C program would: it has the allocator's main arena.
      case .c: try CLeg(broker: broker, workload: workload).run(work)
      case .cOneThread: try CLeg(broker: broker, workload: workload, oneThread: true).run(work)
      case .swift: try runInTask()
      }
    print(String(decoding: try JSONEncoder().encode(result), as: UTF8.self))
  }

  /// On Swift's own threads, as the product does; the main thread only waits.
  private func runInTask() throws -> LegResult {
    let leg = SwiftLeg(broker: broker, workload: workload)
    let outcome = Outcome()
    let ended = DispatchSemaphore(value: 0)
    Task { [work] in
      do {
        let result = try await leg.run(work)
        outcome.result.withLock { $0 = .success(result) }
      } catch {
        outcome.result.withLock { $0 = .failure(error) }
      }
      ended.signal()
    }
    ended.wait()
    guard let result = outcome.result.withLock({ $0 }) else {
      throw BenchmarkError("swift \(work.rawValue) ended without a result")
    }
    return try result.get()
  }

  private final class Outcome: Sendable {
    let result = Mutex<Result<LegResult, any Error>?>(nil)
  }
}

/// A leg through plain librdkafka.
struct CLeg {
  let broker: String
  let workload: Workload
  var oneThread = false

  func run(_ work: Work) throws -> LegResult {
    var properties =
      work == .consume ? workload.consumerProperties(broker) : workload.producerProperties(broker)
    if work == .fill { properties.merge(Workload.fillProperties) { $1 } }
    let words: [String] = properties.reduce(into: []) { $0 += [$1.key, $1.value] }
    let texts = words.map { strdup($0) }
    defer { for text in texts { free(text) } }
    let topic = strdup(workload.topic(of: work))
    defer { free(topic) }
    var result = kafka_benchmark_result()
    let pointers: [UnsafePointer<CChar>?] = texts.map { UnsafePointer($0) } + [nil]
    pointers.withUnsafeBufferPointer { pointers in
      var raw = kafka_benchmark_work()
      raw.properties = pointers.baseAddress
      raw.topic = UnsafePointer(topic)
      raw.partitions = workload.partitions(of: work)
      raw.messages = Int64(workload.messages)
      raw.warmup = work == .fill ? 0 : Int64(workload.warmup)
      raw.passes = Int32(workload.passes)
      raw.value_size = workload.valueSize
      raw.batch = Int32(workload.batch)
      raw.batches_in_flight = Int32(workload.batchesInFlight)
      raw.with_headers = work == .produceHeaders ? 1 : 0
      // What is filled in is numbered through, so that the readers' sum tells every message.
      let fresh = work == .fill || workload.fresh
      raw.prepared_batches = fresh ? 0 : Int32(Workload.preparedBatches)
      raw.one_thread = oneThread ? 1 : 0
      if work == .consume {
        kafka_benchmark_consume(&raw, &result)
      } else {
        kafka_benchmark_produce(&raw, &result)
      }
    }
    let error = withUnsafeBytes(of: result.error) { CText.read($0) }
    guard error.isEmpty else { throw BenchmarkError("C \(work.rawValue): \(error)") }
    if work == .consume {
      try check(checksum: result.checksum, readings: workload.passes + 1)
    }
    return LegResult(
      seconds: result.seconds, cpuSeconds: result.cpu_seconds, messages: Int(result.messages))
  }

  private func check(checksum: UInt64, readings: Int) throws {
    try ConsumedChecksum(workload: workload).check(checksum, readings: readings)
  }
}

/// What the values of the topic sum up to, so that a reader that skips some is found out.
struct ConsumedChecksum {
  let workload: Workload

  func check(_ sum: UInt64, readings: Int) throws {
    var once: UInt64 = 0
    for number in 0..<workload.messages {
      var digits = [UInt8](repeating: 0, count: 8)
      kafka_benchmark_stamp(&digits, 8, UInt32(number))
      once += UInt64(workload.valueSize) + UInt64(digits[0])
    }
    let expected = once * UInt64(readings)
    guard sum == expected else {
      throw BenchmarkError("consumed values sum up to \(sum), not \(expected)")
    }
  }
}
