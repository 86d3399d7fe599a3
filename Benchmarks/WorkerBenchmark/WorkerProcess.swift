import ArgumentParser
import BenchmarkSupport
import Highlights
import Kafka
import KafkaWorker
import LLMGateway
import Logging
import ServiceLifecycle
import Summarizer

/// The worker that is measured, alone in its process.
struct WorkerProcess: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "worker", abstract: "Works until standard input closes.", shouldDisplay: false)

  @Argument var role: Role
  @Option var broker: String
  @Option var gateway: String
  @Option var inFlight: Int
  @OptionGroup var workload: Workload

  func run() async throws {
    try FileLimit.raise(toHold: Measure.filesNeeded)
    let client = KafkaClientConfiguration(bootstrapServers: [broker], clientID: "benchmark")
    let producer = try KafkaProducer(configuration: KafkaProducerConfiguration(client: client))
    let result: Result<Void, any Error>
    do {
      switch role {
      case .post: try await post(client, producer)
      case .summarizer: try await summarize(client, producer)
      }
      result = .success(())
    } catch {
      result = .failure(error)
    }
    await producer.shutdown()
    try result.get()
  }

  private func post(_ client: KafkaClientConfiguration, _ producer: KafkaProducer) async throws {
    let poster = Poster(gateway: gateway, connections: inFlight)
    let handler = PostHandler(
      poster: poster, result: [UInt8](repeating: UInt8(ascii: "r"), count: workload.resultSize))
    let worker = try KafkaWorker(
      configuration: configuration(client), handler: handler, producer: producer,
      observe: report)
    try await ChildServices.run([worker])
    await poster.shutdown()
  }

  private func summarize(
    _ client: KafkaClientConfiguration, _ producer: KafkaProducer
  ) async throws {
    let deployment = try Deployment(
      name: "gateway", provider: "simulator", baseURL: gateway, model: "simulated",
      authentication: .none, usageTerms: "none", maximumConnections: inFlight)
    let gateway = GatewayClient(deployment, logger: Logger(label: "gateway"))
    let counts = PartitionCounts(producer: producer)
    let handler = SearchHandler(
      settings: SummarizerSettings(
        highlightsTopic: Workload.highlights, outcomesTopic: Workload.outcomes,
        policy: HighlightPolicy(pipelineVersion: "benchmark"), deployment: deployment),
      gateway: gateway, published: PublishedTable(),
      partitionCount: { try await counts.count(of: $0) })
    let worker = try Summarizer(
      configuration: configuration(client), handler: handler, producer: producer,
      observe: report)
    try await ChildServices.run([worker])
    await gateway.shutdown()
  }

  private func configuration(_ client: KafkaClientConfiguration) -> KafkaWorkerConfiguration {
    var consumer = KafkaConsumerConfiguration(client: client, groupID: "benchmark")
    consumer.assignor = .range
    consumer.prefetchBytes = Workload.prefetchBytes
    var configuration = KafkaWorkerConfiguration(consumer: consumer, topics: [Workload.queries])
    configuration.deadLetterTopic = Workload.dead
    configuration.inFlight = inFlight
    configuration.inFlightPerPartition = inFlight
    configuration.bufferPerPartition = Workload.buffer(inFlight: inFlight)
    return configuration
  }

  /// Trouble belongs on standard error: a run with retries measures something else.
  private func report(_ event: WorkerEvent) {
    switch event {
    case .assigned, .revoked, .attached: break
    case .postponed, .died, .lost, .nearRetention, .clientFailed:
      Logger(label: "worker").warning("\(event)")
    }
  }
}

/// Posts the message's bytes and publishes a result.
private struct PostHandler: WorkerHandler {
  let poster: Poster
  let result: [UInt8]

  func handle(_ records: [KafkaRecord], _ context: WorkContext) async throws -> WorkResult {
    let record = records[0]
    try await poster.post(record.value ?? [])
    return WorkResult(publish: [
      KafkaProducerMessage(topic: Workload.outcomes, key: record.key, value: result)
    ])
  }
}
