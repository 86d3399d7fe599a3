import ArgumentParser
import AsyncHTTPClient
import BenchmarkSupport
import Kafka
import KafkaWorker
import NIOCore
import NIOHTTP1

/// The worker that is killed, alone in its process.
struct CrashingWorker: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "worker", abstract: "Works until standard input closes, or sooner.",
    shouldDisplay: false)

  @Option var broker: String
  @Option var calls: String
  @Option var life: Int
  @Option var inFlight: Int
  @Flag var withoutMetadata = false

  func run() async throws {
    let client = KafkaClientConfiguration(bootstrapServers: [broker], clientID: "crash")
    let producer = try KafkaProducer(configuration: KafkaProducerConfiguration(client: client))
    var pool = HTTPClient.Configuration()
    pool.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = inFlight
    let http = HTTPClient(eventLoopGroupProvider: .singleton, configuration: pool)
    let handler = CallingHandler(http: http, url: "\(calls)/\(life)", life: life)
    let worker = try KafkaWorker(
      configuration: configuration(client), handler: handler, producer: producer)
    let result: Result<Void, any Error>
    do { result = .success(try await ChildServices.run([worker])) } catch {
      result = .failure(error)
    }
    try? await http.shutdown()
    await producer.shutdown()
    try result.get()
  }

  private func configuration(_ client: KafkaClientConfiguration) -> KafkaWorkerConfiguration {
    var consumer = KafkaConsumerConfiguration(client: client, groupID: Workload.group)
    consumer.assignor = .range
    consumer.groupInstanceID = Workload.instance
    var configuration = KafkaWorkerConfiguration(
      consumer: consumer, topics: [Workload.messageTopic])
    configuration.deadLetterTopic = Workload.deadTopic
    configuration.inFlight = inFlight
    configuration.inFlightPerPartition = inFlight
    configuration.commitInterval = Workload.commitInterval
    configuration.commitsCompleted = !withoutMetadata
    return configuration
  }
}

/// Names its message in one POST, and publishes that it did.
private struct CallingHandler: WorkerHandler {
  let http: HTTPClient
  let url: String
  let life: Int

  func handle(_ records: [KafkaRecord], _ context: WorkContext) async throws -> WorkResult {
    let record = records[0]
    var request = HTTPClientRequest(
      url: "\(url)/\(String(decoding: record.key ?? [], as: UTF8.self))")
    request.method = .POST
    let response = try await http.execute(request, timeout: .seconds(60))
    for try await _ in response.body {}
    guard response.status == .ok else { throw BenchmarkError("the server said \(response.status)") }
    return WorkResult(publish: [
      KafkaProducerMessage(
        topic: Workload.outcomeTopic, key: record.key, value: Array("\(life)".utf8))
    ])
  }
}
