import ArgumentParser
import Foundation
import Kafka
import LLMGateway
import TopicAdmin

/// The one binary.
@main
struct HighlightsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "highlights",
    abstract: "AI Search Highlights: short answers above the results of a short-video app, cited.",
    discussion: """
      Settings: --config FILE over the defaults, environment (HIGHLIGHTS_…) over the file, --set and \
      flags over all. Results on stdout, talk on stderr. Exit code 0 only when it did what it says; \
      64 for wrong usage, 78 for a wrong configuration.
      """,
    version: Version.current,
    subcommands: [
      UpCommand.self, SummarizeCommand.self, CacheCommand.self, ServeCommand.self,
      PublishCommand.self, IngestCommand.self, LookupCommand.self, GatewayCommand.self,
      TopicsCommand.self, VariantsCommand.self, DeadLettersCommand.self, ReplayCommand.self,
      DoctorCommand.self,
      PauseCommand.self, ResumeCommand.self, SpendCommand.self, PlanCommand.self,
      EvaluateCommand.self,
    ])

  static func main() async {
    do {
      var command = try parseAsRoot()
      if var command = command as? any AsyncParsableCommand {
        try await command.run()
      } else {
        try command.run()
      }
    } catch {
      if let code = wrongConfiguration(error) {
        Talk.say("error: \(error)")
        Foundation.exit(code)
      }
      exit(withError: error)
    }
  }

  /// sysexits' EX_CONFIG for errors that only another configuration can mend.
  private static func wrongConfiguration(_ error: any Error) -> Int32? {
    switch error {
    case is ConfigurationError, is DeploymentError, is SecretError, is TopicPlanError: 78
    case KafkaError.configuration: 78
    default: nil
    }
  }
}

enum Version {
  /// Stands in `--version` and as `pipeline_version` on every highlight.
  static let current = "0.1.0"
}
