import ArgumentParser
import Foundation

/// `highlights doctor`: is everything there that the roles need?
struct DoctorCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "doctor",
    abstract:
      "Checks brokers, topics, gateway and store, or a running worker; exit code 1 when one fails.")

  @Option(help: "The gateway's URL up to, and without, /chat/completions (gateway.base_url).")
  var gateway: String?

  @Option(
    help: "The status of a running worker, as it prints it at its start; looks at nothing else.")
  var worker: String?

  @Flag(help: "Print one JSON object a check.")
  var json = false

  @OptionGroup var common: CommonOptions

  func run() async throws {
    let settings = try common.settings([("gateway.base_url", gateway)])
    let findings =
      if let worker { await WorkerCheck(url: worker).findings() } else {
        await self.findings(settings)
      }
    for finding in findings { Output.line(json ? try finding.json() : finding.line) }
    if findings.contains(where: { $0.verdict == .fail }) { throw ExitCode.failure }
  }

  private func findings(_ settings: Settings) async -> [Finding] {
    await BrokerCheck(settings).findings() + [
      await GatewayCheck(settings.gateway).finding(),
      await StoreCheck(settings: settings.store).finding(),
    ]
  }
}

/// What one check found, and what to do about it.
struct Finding: Sendable, Codable, Equatable {
  enum Verdict: String, Sendable, Codable { case ok, warn, fail }

  let check: String
  let verdict: Verdict
  let found: String
  /// Empty where nothing needs doing.
  var advice = ""

  var line: String {
    let verdict = self.verdict.rawValue.padding(toLength: 4, withPad: " ", startingAt: 0)
    let check = self.check.padding(toLength: 8, withPad: " ", startingAt: 0)
    return "\(verdict)  \(check)  \(found)"
      + (advice.isEmpty ? "" : "\n                → \(advice)")
  }

  func json() throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(self), as: UTF8.self)
  }
}
