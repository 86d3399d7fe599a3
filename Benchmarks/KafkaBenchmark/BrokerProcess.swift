import ArgumentParser
import CKafkaBenchmark
import Glibc

/// The mock broker as a process of its own, so that its work is in nobody's processor time.
struct BrokerProcess: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "broker", abstract: "Runs the mock broker until standard input closes.",
    shouldDisplay: false)

  @OptionGroup var workload: Workload

  func run() throws {
    var words = [CChar](repeating: 0, count: 512)
    guard let broker = kafka_benchmark_broker_start(&words, words.count) else {
      throw BenchmarkError("the mock broker did not start: \(CText.read(words))")
    }
    for work in [Work.produce, .produceHeaders, .consume] {
      let code = kafka_benchmark_broker_create_topic(
        broker, workload.topic(of: work), workload.partitions(of: work))
      guard code == 0 else {
        throw BenchmarkError("the mock broker refused a topic with error \(code)")
      }
    }
    print(String(cString: kafka_benchmark_broker_address(broker)))
    fflush(nil)
    var byte: UInt8 = 0
    while read(STDIN_FILENO, &byte, 1) > 0 {}
    kafka_benchmark_broker_stop(broker)
  }
}
