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

      With a catalogue, searches that bring no videos are given those it finds. When it fails, publishing \
      ends at that line.
      """)

  @Argument(help: "The file; - is standard input.")
  var file: String

  @Flag(
    name: .customLong("print-ids"), help: "Print the id of each search once it is acknowledged.")
  var printIDs = false

  @Option(help: "The SQLite file of videos (catalog.path).")
  var catalog: String?

  @Flag(help: "Have each written anew, though its highlight may be fresh. Each costs a call.")
  var forceRefresh = false

  @Option(help: "The variant to write; without it the live one (highlights variants list).")
  var variant: String?

  @OptionGroup var common: CommonOptions

  func run() async throws {
    let settings = try common.settings([("catalog.path", catalog)])
    try await VideoFinder.with(settings.catalog) { finder in
      let queries = OutgoingQueries(
        try QueryLines(path: file), .init(checks: true, settings), finder: finder)
      try await run(queries, settings)
    }
  }

  private func run(_ queries: OutgoingQueries, _ settings: Settings) async throws {
    let producer = try KafkaProducer(
      configuration: settings.kafka.producer(settings.kafka.client()),
      logger: Logger(label: "publish"), onError: { Talk.say("publish: Kafka: \($0)") })
    var tally = Tally()
    let failure: CatalogFailure?
    do {
      failure = try await publish(queries, producer, &tally)
    } catch {
      await producer.shutdown()
      throw error
    }
    await producer.shutdown()
    tally.say()
    if let failure { throw failure }
    if tally.refused > 0 { throw ExitCode.failure }
  }

  /// Publishes every line up to where the catalogue fails.
  private func publish(
    _ queries: OutgoingQueries, _ producer: KafkaProducer, _ tally: inout Tally
  ) async throws -> CatalogFailure? {
    var queries = queries
    var batch = Batch()
    while let group = await queries.next() {
      for (line, result) in group.ready {
        switch result {
        case .success(let query): batch.add(query, from: line)
        case .failure(let error): tally.refuse(line, "\(error)")
        }
        if batch.isFull { try await publish(&batch, producer, &tally) }
      }
      if let failure = group.failure {
        try await publish(&batch, producer, &tally)
        return failure
      }
    }
    try await publish(&batch, producer, &tally)
    return nil
  }

  private func publish(
    _ batch: inout Batch, _ producer: KafkaProducer, _ tally: inout Tally
  ) async throws {
    let messages = batch.queries.map { _, query in
      var message = query.message
      message.headers += headers
      return message
    }
    let results = try await producer.enqueue(messages).results
    for ((line, query), result) in zip(batch.queries, results) {
      switch result {
      case .success:
        tally.count(query, line)
        if printIDs { Output.line(query.id) }
      case .failure(let error): tally.refuse(line, "\(error)")
      }
    }
    batch = Batch()
  }

  /// What is asked of all of them.
  private var headers: [KafkaHeader] {
    (forceRefresh ? [KafkaHeader(HeaderName.forceRefresh, "true")] : [])
      + (variant.map { [KafkaHeader(HeaderName.variant, $0)] } ?? [])
  }

  /// Searches that are handed to the broker together, bounded in number and in size.
  private struct Batch {
    private(set) var queries: [(line: Int, query: OutgoingQuery)] = []
    private var bytes = 0

    var isFull: Bool { queries.count >= 500 || bytes >= 8 << 20 }

    mutating func add(_ query: OutgoingQuery, from line: Int) {
      queries.append((line, query))
      bytes += query.bytes
    }
  }

  private struct Tally {
    private(set) var published = 0
    private(set) var refused = 0
    private var (asked, given) = (0, 0)

    mutating func count(_ query: OutgoingQuery, _ line: Int) {
      published += 1
      guard let found = query.found else { return }
      asked += 1
      given += found.brought > 0 ? 1 : 0
      if let remark = query.remark(line: line) { Talk.say(remark) }
    }

    mutating func refuse(_ line: Int, _ why: String) {
      refused += 1
      Talk.say("line \(line): \(why)")
    }

    func say() {
      if asked > 0 { Talk.say("the catalogue had videos for \(given) of \(asked) searches") }
      Talk.say("published \(published) searches, refused \(refused)")
    }
  }
}
