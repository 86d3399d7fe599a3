import ArgumentParser
import HighlightsProtocol
import Kafka
import Logging

/// `highlights publish`: searches from a file to the queries topic.
struct PublishCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "publish",
    abstract: "Publishes searches: JSON lines of SearchQuery, from a file or standard input.",
    discussion: """
      Each line is checked as a worker would check it. Lines that are refused, here or by the broker, are \
      reported by number on stderr, the others are published all the same, and the exit code is then 1.
      """)

  @Argument(help: "The file; - is standard input.")
  var file: String

  @Flag(
    name: .customLong("print-ids"), help: "Print the id of each search once it is acknowledged.")
  var printIDs = false

  @OptionGroup var common: CommonOptions

  func run() async throws {
    let settings = try common.settings()
    let producer = try KafkaProducer(
      configuration: settings.kafka.producer(settings.kafka.client()),
      logger: Logger(label: "publish"), onError: { Talk.say("publish: Kafka: \($0)") })
    var tally = Tally()
    do {
      var batch: [(line: Int, query: OutgoingQuery)] = []
      for line in try QueryLines(path: file) {
        do {
          let query = try OutgoingQuery(
            checking: line, topic: settings.kafka.topics.queries, limits: settings.searchLimits)
          batch.append((line.number, query))
        } catch {
          tally.refuse(line.number, "\(error)")
        }
        if batch.count >= 500 { try await publish(&batch, producer, &tally) }
      }
      try await publish(&batch, producer, &tally)
    } catch {
      await producer.shutdown()
      throw error
    }
    await producer.shutdown()
    Talk.say("published \(tally.published) searches, refused \(tally.refused)")
    if tally.refused > 0 { throw ExitCode.failure }
  }

  private func publish(
    _ batch: inout [(line: Int, query: OutgoingQuery)], _ producer: KafkaProducer,
    _ tally: inout Tally
  ) async throws {
    let results = try await producer.enqueue(batch.map(\.query.message)).results
    for ((line, query), result) in zip(batch, results) {
      switch result {
      case .success:
        tally.published += 1
        if printIDs { Output.line(query.id) }
      case .failure(let error): tally.refuse(line, "\(error)")
      }
    }
    batch = []
  }

  private struct Tally {
    var published = 0
    private(set) var refused = 0

    mutating func refuse(_ line: Int, _ why: String) {
      refused += 1
      Talk.say("line \(line): \(why)")
    }
  }
}
