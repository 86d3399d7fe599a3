import ArgumentParser
import BenchmarkSupport
import Foundation
import GatewaySimulator
import Highlights
import Hummingbird
import Kafka
import KafkaWorker
import LLMGateway
import Logging
import Metrics
import NIOCore
import Observability
import ServiceLifecycle
import Summarizer
import Tracing

/// The gateway; prints its port.
struct SimulatorProcess: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "simulator", abstract: "Runs the gateway until standard input closes.",
    shouldDisplay: false)

  @Argument var latency: Int

  func run() async throws {
    try FileLimit.raise(toHold: Workload.filesNeeded)
    var logger = Logger(label: "simulator")
    logger.logLevel = .error
    let simulator = GatewaySimulator(
      GatewaySimulatorConfiguration(
        latency: .fixed(.milliseconds(latency)), mode: .fixedReply,
        fixedReplyContent: Workload.reply),
      logger: logger, onRunning: { ChildServices.say("\($0)") })
    try await ChildServices.run([simulator])
  }
}

/// A receiver of spans that reads all it is sent and keeps nothing; prints its port.
struct ReceiverProcess: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "receiver", abstract: "Takes spans until standard input closes.",
    shouldDisplay: false)

  func run() async throws {
    let router = Router()
    router.post("/v1/traces") { request, _ -> HTTPResponse.Status in
      for try await _ in request.body {}
      return .ok
    }
    var logger = Logger(label: "receiver")
    logger.logLevel = .error
    let application = Application(
      router: router, configuration: .init(address: .hostname("127.0.0.1", port: 0)),
      onServerRunning: { ChildServices.say("\($0.localAddress?.port ?? 0)") }, logger: logger)
    try await ChildServices.run([application])
  }
}

/// The summarizer that is measured, alone in its process; observed, it prints the port of its metrics.
struct WorkerProcess: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "worker", abstract: "Works until standard input closes.", shouldDisplay: false)

  @Option var broker: String
  @Option var gateway: String
  @Option(help: "Where spans go; without it nothing is recorded at all.") var traces: String?
  @Option var ratio = 1.0

  func run() async throws {
    try FileLimit.raise(toHold: Workload.filesNeeded)
    let metrics = PrometheusMetrics()
    let exporter = traces.map { observe(metrics, traces: $0) }
    let client = KafkaClientConfiguration(bootstrapServers: [broker], clientID: "benchmark")
    let producer = try KafkaProducer(configuration: KafkaProducerConfiguration(client: client))
    let result: Result<Void, any Error>
    do {
      try await summarize(client, producer, metrics, exporter)
      result = .success(())
    } catch {
      result = .failure(error)
    }
    await producer.shutdown()
    try result.get()
  }

  private func observe(_ metrics: PrometheusMetrics, traces: String) -> OTLPExporter {
    MetricsSystem.bootstrap(metrics)
    let queue = SpanQueue()
    InstrumentationSystem.bootstrap(OTLPTracer(queue: queue, sampleRatio: ratio))
    return OTLPExporter(
      .init(url: traces, resource: [("service.name", "worker")]), queue: queue,
      logger: Logger(label: "traces"))
  }

  private func summarize(
    _ client: KafkaClientConfiguration, _ producer: KafkaProducer, _ metrics: PrometheusMetrics,
    _ exporter: OTLPExporter?
  ) async throws {
    let deployment = try Deployment(
      name: "gateway", provider: "simulator", baseURL: gateway, model: "simulated",
      authentication: .none, usageTerms: "none", maximumConnections: Workload.inFlight)
    let gateway = GatewayClient(deployment, logger: Logger(label: "gateway"))
    let counts = PartitionCounts(producer: producer)
    let handler = SearchHandler(
      settings: SummarizerSettings(
        highlightsTopic: Workload.highlights, outcomesTopic: Workload.outcomes,
        policy: HighlightPolicy(pipelineVersion: "benchmark"), deployment: deployment),
      gateway: gateway, published: PublishedTable(),
      partitionCount: { try await counts.count(of: $0) })
    let worker = try Summarizer(
      configuration: configuration(client), handler: handler, producer: producer)
    var services: [any Service] = [worker]
    if let exporter {
      var logger = Logger(label: "status")
      logger.logLevel = .error
      let server = StatusServer(
        host: "127.0.0.1", port: 0, source: .init(troubles: { [] }, report: { Data() }),
        metrics: metrics, logger: logger, onRunning: { ChildServices.say("\($0)") })
      services = [exporter, server] + services
    }
    try await ChildServices.run(services)
    await gateway.shutdown()
  }

  private func configuration(_ client: KafkaClientConfiguration) -> KafkaWorkerConfiguration {
    var consumer = KafkaConsumerConfiguration(client: client, groupID: "benchmark")
    consumer.assignor = .range
    consumer.prefetchBytes = Workload.prefetchBytes
    var configuration = KafkaWorkerConfiguration(consumer: consumer, topics: [Workload.queries])
    configuration.deadLetterTopic = Workload.dead
    configuration.inFlight = Workload.inFlight
    configuration.inFlightPerPartition = Workload.inFlight
    configuration.bufferPerPartition = Workload.bufferPerPartition
    return configuration
  }
}
