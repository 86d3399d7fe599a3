import AsyncHTTPClient
import Hummingbird
import Kafka
import KafkaWorker
import Logging
import NIOCore
import NIOHTTP1
import Synchronization
import TestSupport

/// A gateway that fails 30 % of its calls at random, then all of them for a while, then recovers.
public struct Outage: Sendable {
  public var messages = 3_000
  public var inFlight = 500
  public var duration = Duration.seconds(60)
  /// So many that none of the messages fails as often by chance.
  public var attempts = 16
  public var holdLimit = Duration.seconds(5)

  public init() {}

  public struct Outcome: Sendable {
    /// Messages without a published result.
    public var unanswered = 0
    public var dead = 0
    /// The most tries that any message used by its own failures.
    public var mostAttempts = 0
    /// Calls that failed at random.
    public var randomFailures = 0
    /// Messages that waited for the gateway when it came back.
    public var held = 0
    public var callsDuringOutage = 0
    /// From the gateway's return to the end of what had been held.
    public var recovery = Duration.zero
  }

  public func run() async throws -> Outcome {
    let gateway = FlakyGateway()
    return try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await gateway.run() }
      defer { group.cancelAll() }
      try await poll("the gateway to listen") { gateway.port != nil }
      return try await run(gateway)
    }
  }

  private func run(_ gateway: FlakyGateway) async throws -> Outcome {
    var pool = HTTPClient.Configuration()
    pool.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = inFlight
    let http = HTTPClient(eventLoopGroupProvider: .singleton, configuration: pool)
    let handler = GatewayHandler(http: http, url: "http://127.0.0.1:\(gateway.port ?? 0)/")
    let result: Result<Outcome, any Error>
    do { result = .success(try await run(gateway, handler)) } catch { result = .failure(error) }
    try await http.shutdown()
    return try result.get()
  }

  private func run(_ gateway: FlakyGateway, _ handler: GatewayHandler) async throws -> Outcome {
    try await ScenarioBroker.run(partitions: 12) { broker in
      var outcome = Outcome()
      let configuration = try broker.configuration {
        $0.inFlight = inFlight
        $0.inFlightPerPartition = inFlight
        $0.attempts = attempts
        $0.backoff = .milliseconds(100)
        $0.holdLimit = holdLimit
        $0.retries = try RetrySchedule([
          .init(topic: ScenarioBroker.retryTopics[0], delay: .milliseconds(300)),
          .init(topic: ScenarioBroker.retryTopics[1], delay: .milliseconds(600)),
        ])
      }
      try await broker.withProducer { producer in
        try await producer.send(
          (0..<messages).map { number in
            KafkaProducerMessage(
              topic: ScenarioBroker.inTopic, key: Array("\(number)".utf8),
              value: Array("\(number)".utf8))
          })
      }
      try await withWorkers(of: GatewayHandler.self) { running in
        let worker = try RunningWorker(configuration, handler)
        running.append(worker)
        try await poll("a third of the answers", limit: .seconds(60)) {
          handler.answered >= messages / 3
        }
        gateway.isDown = true
        let before = gateway.calls
        try await Task.sleep(for: duration)
        outcome.held = worker.worker.report().inFlight
        outcome.callsDuringOutage = gateway.calls - before
        let answered = handler.answered
        gateway.isDown = false
        let back = ContinuousClock.now
        let held = outcome.held
        try await poll("the held messages", limit: .seconds(60)) {
          // Three of ten fail once more by themselves, and others take their places.
          handler.answered >= answered + held * 7 / 10
        }
        outcome.recovery = .now - back
        try await poll("all answers", limit: .seconds(120)) { handler.answered >= messages }
      }
      let numbers = try await broker.records(of: ScenarioBroker.outTopic).compactMap {
        Int(String(decoding: $0.value ?? [], as: UTF8.self))
      }
      outcome.unanswered = messages - Set(numbers).count
      outcome.dead = try await broker.records(of: ScenarioBroker.deadTopic).count
      outcome.mostAttempts = handler.mostAttempts
      outcome.randomFailures = gateway.randomFailures
      return outcome
    }
  }
}

/// An HTTP server that fails at random with 500, and with 503 while it is down.
private final class FlakyGateway: Sendable {
  private let state = Mutex((port: Int?.none, isDown: false, calls: 0, failures: 0))

  var port: Int? { state.withLock { $0.port } }
  var calls: Int { state.withLock { $0.calls } }
  var randomFailures: Int { state.withLock { $0.failures } }
  var isDown: Bool {
    get { state.withLock { $0.isDown } }
    set { state.withLock { $0.isDown = newValue } }
  }

  func run() async throws {
    let router = Router()
    router.post("/") { [self] _, _ in
      let isDown = state.withLock { state in
        state.calls += 1
        return state.isDown
      }
      if isDown { return HTTPResponse.Status.serviceUnavailable }
      try await Task.sleep(for: .milliseconds(.random(in: 20...60)))
      guard Double.random(in: 0..<1) < 0.3 else { return .ok }
      state.withLock { $0.failures += 1 }
      return .internalServerError
    }
    var logger = Logger(label: "gateway")
    logger.logLevel = .critical
    try await Application(
      router: router, configuration: .init(address: .hostname("127.0.0.1", port: 0)),
      onServerRunning: { [self] channel in
        state.withLock { $0.port = channel.localAddress?.port }
      },
      logger: logger
    ).run()
  }
}

/// One POST; 500 is the message's trouble, 503 everybody's.
private final class GatewayHandler: WorkerHandler {
  private let http: HTTPClient
  private let url: String
  private let state = Mutex((answered: Set<Int>(), mostAttempts: 0))

  init(http: HTTPClient, url: String) {
    self.http = http
    self.url = url
  }

  var answered: Int { state.withLock { $0.answered.count } }
  var mostAttempts: Int { state.withLock { $0.mostAttempts } }

  func handle(_ records: [KafkaRecord], _ context: WorkContext) async throws -> WorkResult {
    let text = String(decoding: records[0].value ?? [], as: UTF8.self)
    guard let number = Int(text) else { throw TestSupportError("\(text) is no number") }
    state.withLock { $0.mostAttempts = max($0.mostAttempts, context.attempt + 1) }
    var request = HTTPClientRequest(url: url)
    request.method = .POST
    let response = try await http.execute(request, timeout: .seconds(30))
    for try await _ in response.body {}
    switch response.status {
    case .ok: break
    case .serviceUnavailable: throw WorkFailure(.hold, reason: "gateway_down", detail: "503")
    default: throw WorkFailure(.retry, reason: "gateway_error", detail: "\(response.status)")
    }
    return WorkResult(
      publish: [
        KafkaProducerMessage(
          topic: ScenarioBroker.outTopic, key: records[0].key, value: records[0].value)
      ],
      ledger: { [self] in
        state.withLock { _ = $0.answered.insert(number) }
        return []
      })
  }
}
