import ArgumentParser
import BenchmarkSupport
import GatewaySimulator
import Logging

/// The gateway in a process of its own; prints its port.
struct SimulatorProcess: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "simulator", abstract: "Runs the gateway until standard input closes.",
    shouldDisplay: false)

  @OptionGroup var workload: Workload

  func run() async throws {
    try FileLimit.raise(toHold: Measure.filesNeeded)
    var logger = Logger(label: "simulator")
    logger.logLevel = .error
    let simulator = GatewaySimulator(
      GatewaySimulatorConfiguration(
        latency: .fixed(.milliseconds(workload.latency)), mode: .fixedReply,
        fixedReplyContent: Workload.reply),
      logger: logger,
      onRunning: { port in ChildServices.say("\(port)") })
    try await ChildServices.run([simulator])
  }
}
