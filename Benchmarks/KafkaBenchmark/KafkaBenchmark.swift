import ArgumentParser

/// `make bench-kafka`: messages through `Kafka` against the same in C on plain librdkafka.
@main
struct KafkaBenchmark: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Compares the Kafka room with plain librdkafka in C, on the same mock broker.",
    subcommands: [Compare.self, BrokerProcess.self, LegProcess.self],
    defaultSubcommand: Compare.self)
}
