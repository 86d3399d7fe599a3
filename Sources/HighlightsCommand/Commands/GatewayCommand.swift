import ArgumentParser
import GatewaySimulator
import Logging
import ServiceLifecycle

/// `highlights gateway`: the simulator as a server of its own.
struct GatewayCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "gateway",
    abstract: "Runs an OpenAI-compatible gateway: an \(ExtractiveModel.label).")

  @Option(help: "The port; 0 takes a free one (simulator.port).")
  var port: Int?

  @Option(help: "What it answers: extractive, fixed, gullible or liar (simulator.mode).")
  var mode: String?

  @OptionGroup var common: CommonOptions

  func run() async throws {
    let settings = try common.settings([
      ("simulator.port", port.map(String.init)), ("simulator.mode", mode),
    ])
    let (host, mode) = (settings.simulator.host, settings.simulator.mode)
    let simulator = GatewaySimulator(
      settings.simulator.configuration, logger: Logger(label: "simulator"),
      onRunning: { port in
        Talk.say("gateway: an \(ExtractiveModel.label), mode \(mode.rawValue)")
        Output.line("http://\(host):\(port)/v1")
      })
    try await Running.untilSignal([simulator], drain: .seconds(30)).get()
  }
}
