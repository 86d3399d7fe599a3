import ArgumentParser
import Kafka
import Logging
import TopicAdmin

/// `highlights topics`: the topics as code.
struct TopicsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "topics", abstract: "Looks after the topics.", subcommands: [Apply.self])

  struct Apply: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract:
        "Creates the topics that are missing; says where others differ, and changes nothing.")

    @Option(help: "The topics as they should be.")
    var file = "Config/topics.yaml"

    @OptionGroup var common: CommonOptions

    func run() async throws {
      let settings = try common.settings()
      let plan = try TopicPlan(file: file)
      let admin = try KafkaAdmin(
        configuration: settings.kafka.client(), logger: Logger(label: "topics"))
      let results: Result<[TopicResult], KafkaError>
      do throws(KafkaError) { results = .success(try await plan.apply(admin)) } catch {
        results = .failure(error)
      }
      await admin.close()
      let found = try results.get()
      for result in found { show(result) }
      let failed = found.contains { if case .failed = $0.outcome { true } else { false } }
      if failed { throw ExitCode.failure }
    }

    private func show(_ result: TopicResult) {
      switch result.outcome {
      case .created: Output.line("created  \(result.topic)")
      case .exists: Output.line("exists   \(result.topic)")
      case .failed(let error): Output.line("failed   \(result.topic): \(error)")
      case .differs(let differences):
        Output.line("differs  \(result.topic)")
        for difference in differences {
          Output.line(
            "           \(difference.key): \(difference.found), planned \(difference.planned)")
        }
      }
    }
  }
}
