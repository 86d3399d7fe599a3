import ArgumentParser
import BenchmarkSupport
import CReplayBenchmark
import Foundation
import Glibc

/// The same in C, in a process of its own.
struct CLeg: ParsableCommand {
  static let configuration = CommandConfiguration(commandName: "c", shouldDisplay: false)

  @Option var broker: String
  @Option var source: String
  @Option var target: String
  @Option var messages: Int64

  func run() throws {
    alarm(300)
    let raw = replay()
    let error = withUnsafeBytes(of: raw.error) { bytes in
      String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }
    guard error.isEmpty else { throw BenchmarkError("C: \(error)") }
    var result = LegResult()
    result.seconds = raw.seconds
    result.cpuSeconds = raw.cpu_seconds
    result.published = Int(raw.messages)
    ChildServices.say(try result.line())
    var byte: UInt8 = 0
    while read(STDIN_FILENO, &byte, 1) > 0 {}
  }

  private func replay() -> replay_benchmark_result {
    let consumer = Words(Self.consumerProperties(broker))
    let producer = Words(Self.producerProperties(broker))
    let headers = Words([("replay_job", "c"), ("force_refresh", "true"), ("variant", "v2")])
    let (source, target) = (strdup(source), strdup(target))
    defer {
      free(source)
      free(target)
    }
    var result = replay_benchmark_result()
    consumer.with { consumer in
      producer.with { producer in
        headers.with { headers in
          var work = replay_benchmark_work()
          work.consumer = consumer
          work.producer = producer
          work.source = UnsafePointer(source)
          work.target = UnsafePointer(target)
          work.partitions = Messages.partitions
          work.messages = messages
          work.batch = 2_000
          work.headers = headers
          replay_benchmark_run(&work, &result)
        }
      }
    }
    return result
  }

  // What the typed settings of `Kafka` amount to, with what a replay sets.

  private static func consumerProperties(_ broker: String) -> [(String, String)] {
    client(broker) + [
      ("group.id", "benchmark"), ("auto.offset.reset", "earliest"),
      ("enable.auto.commit", "false"), ("enable.auto.offset.store", "false"),
      ("enable.partition.eof", "false"), ("queued.max.messages.kbytes", "\(16 << 10)"),
    ]
  }

  private static func producerProperties(_ broker: String) -> [(String, String)] {
    client(broker) + [
      ("acks", "all"), ("enable.idempotence", "true"), ("compression.codec", "none"),
      ("linger.ms", "15"), ("delivery.timeout.ms", "120000"),
      ("queue.buffering.max.messages", "100000"), ("queue.buffering.max.kbytes", "65536"),
      ("partitioner", "murmur2_random"),
    ]
  }

  private static func client(_ broker: String) -> [(String, String)] {
    [
      ("bootstrap.servers", broker), ("client.id", "benchmark"), ("message.max.bytes", "1000000"),
      ("receive.message.max.bytes", "1000000000"),
    ]
  }
}

/// Names and values as C takes them.
private final class Words {
  private let texts: [UnsafeMutablePointer<CChar>?]

  init(_ pairs: [(String, String)]) { texts = pairs.flatMap { [strdup($0.0), strdup($0.1)] } }

  deinit { for text in texts { free(text) } }

  func with(_ body: (UnsafePointer<UnsafePointer<CChar>?>?) -> Void) {
    let pointers: [UnsafePointer<CChar>?] = texts.map { UnsafePointer($0) } + [nil]
    pointers.withUnsafeBufferPointer { body($0.baseAddress) }
  }
}
