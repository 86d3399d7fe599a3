import ArgumentParser
import AsyncHTTPClient
import BenchmarkSupport
import NIOCore
import NIOHTTP1
import Synchronization

/// The same calls without Kafka: so many tasks, each posting one body after another. Prints the rate.
struct BareLoopProcess: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bare-loop", abstract: "Posts as fast as the gateway answers.",
    shouldDisplay: false)

  @Option var gateway: String
  @Option var concurrent: Int
  @OptionGroup var workload: Workload

  func run() async throws {
    try FileLimit.raise(toHold: Measure.filesNeeded)
    let poster = Poster(gateway: gateway, connections: concurrent)
    let result: Result<Double, any Error>
    do { result = .success(try await rate(poster)) } catch { result = .failure(error) }
    await poster.shutdown()
    ChildServices.say("\(try result.get())")
  }

  private func rate(_ poster: Poster) async throws -> Double {
    let body = workload.body
    let count = workload.messages
    let run = BareRun(count: count)
    let start = ContinuousClock.now
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<concurrent {
        group.addTask {
          while run.begin() {
            try await poster.post(body)
            run.ended((ContinuousClock.now - start) / .seconds(1))
          }
        }
      }
      try await group.waitForAll()
    }
    return CompletionTimes(run.ends, first: count).rate
  }
}

/// What the tasks of a bare loop share.
private final class BareRun: Sendable {
  private let state: Mutex<(left: Int, ends: [Double])>

  init(count: Int) { state = Mutex((count, [])) }

  var ends: [Double] { state.withLock { $0.ends } }

  /// Whether there is one more call to make.
  func begin() -> Bool {
    state.withLock { state in
      state.left -= 1
      return state.left >= 0
    }
  }

  func ended(_ seconds: Double) { state.withLock { $0.ends.append(seconds) } }
}

/// One POST at a time for whoever asks, over as many connections as are allowed.
struct Poster: Sendable {
  private let client: HTTPClient
  private let url: String

  init(gateway: String, connections: Int) {
    var configuration = HTTPClient.Configuration()
    configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = connections
    configuration.tracing.tracer = nil
    // One loop: two take turns in waking up for the same calls.
    client = HTTPClient(
      eventLoopGroupProvider: .shared(HTTPClient.defaultEventLoopGroup.next()),
      configuration: configuration)
    url = "\(gateway)/chat/completions"
  }

  /// Returns once the whole answer has been read, so that its connection is free again.
  func post(_ body: [UInt8]) async throws {
    var request = HTTPClientRequest(url: url)
    request.method = .POST
    request.body = .bytes(ByteBuffer(bytes: body))
    let response = try await client.execute(request, timeout: .seconds(60))
    for try await _ in response.body {}
    guard response.status == .ok else {
      throw BenchmarkError("the gateway said \(response.status)")
    }
  }

  func shutdown() async { try? await client.shutdown() }
}
