import Logging
import NIOCore
import NIOPosix
import NIOSSL
import Synchronization

/// One connection to a Redis server, on which the commands of all callers are pipelined; made again whenever it breaks.
///
/// What a call throws is a `StoreError`: `unavailable` at once while there is no connection. A command that got no
/// reply may have been carried out.
final class RedisClient: Sendable {
  private let endpoint: RedisEndpoint
  private let settings: RedisSettings
  private let logger: Logger?
  private let tls: NIOSSLContext?
  private let loop: any EventLoop
  private let state: Mutex<State>

  private struct State {
    var link: RedisLink<any Channel>
    /// Ends with the try to connect that is under way.
    var attempt: EventLoopPromise<Void>?
  }

  /// Begins to connect, without waiting for it.
  init(endpoint: RedisEndpoint, settings: RedisSettings, logger: Logger?) throws(StoreError) {
    self.endpoint = endpoint
    self.settings = settings
    self.logger = logger
    do {
      tls = endpoint.usesTLS ? try Self.context(settings) : nil
    } catch {
      throw StoreError(.failed, path: "\(endpoint)", cause: error)
    }
    loop = MultiThreadedEventLoopGroup.singleton.next()
    let closed = StoreError(.closed, path: "\(endpoint)")
    state = Mutex(State(link: RedisLink(settings: settings, closed: closed)))
    connect()
  }

  deinit {
    // Without an owner nobody is left to close it.
    state.withLock { $0.link.close() }?.close(promise: nil)
  }

  /// Sends commands in one go and returns their replies in order.
  func send(_ commands: [RedisCommand]) async throws(StoreError) -> [RedisReply] {
    guard !commands.isEmpty else { return [] }
    let channel = try await channel()
    do {
      return try await Self.send(commands, on: channel).get()
    } catch {
      throw failure(.unavailable, error)
    }
  }

  /// Waits for the replies to what was sent; later calls throw.
  func close() async {
    guard let channel = state.withLock({ $0.link.close() }) else { return }
    // Replies come in order: the one to this is the last.
    _ = try? await Self.send([RedisCommand("PING")], on: channel, isLast: true).get()
    try? await channel.close().get()
  }

  private func channel() async throws(StoreError) -> any Channel {
    let (admission, attempt) = state.withLock { ($0.link.admit(), $0.attempt?.futureResult) }
    switch admission {
    case .send(let channel): return channel
    case .refuse(let cause): throw cause
    case .wait: break
    }
    // How it ended is read from the link.
    _ = try? await attempt?.get()
    switch state.withLock({ $0.link.admit() }) {
    case .send(let channel): return channel
    case .refuse(let cause): throw cause
    case .wait: throw failure(.unavailable, RedisProblem("it is being connected to again"))
    }
  }

  private static func send(
    _ commands: [RedisCommand], on channel: any Channel, isLast: Bool = false
  ) -> EventLoopFuture<[RedisReply]> {
    var bytes = channel.allocator.buffer(
      capacity: commands.reduce(0) { $0 + $1.bytes.count + 16 * ($1.lengths.count + 1) })
    for command in commands { command.write(to: &bytes) }
    let replies = channel.eventLoop.makePromise(of: [RedisReply].self)
    // A channel that has ended does not pass the request on to its handler, but fails the write.
    channel.writeAndFlush(
      RedisRequest(bytes: bytes, count: commands.count, replies: replies, isLast: isLast)
    )
    .cascadeFailure(to: replies)
    return replies.futureResult
  }

  private func failure(_ reason: StoreError.Reason, _ cause: any Error) -> StoreError {
    (cause as? StoreError) ?? StoreError(reason, path: "\(endpoint)", cause: cause)
  }
}

// MARK: - Connecting

extension RedisClient {
  private func connect() {
    let attempt = loop.makePromise(of: Void.self)
    state.withLock { $0.attempt = attempt }
    bootstrap().connect(host: endpoint.host, port: endpoint.port)
      .flatMap { [self] channel in
        introduce(on: channel).map { channel }.flatMapErrorThrowing { error in
          channel.close(promise: nil)
          throw error
        }
      }
      .whenComplete { [weak self] result in
        if let self {
          attempted(result)
        } else if case .success(let channel) = result {
          channel.close(promise: nil)
        }
        attempt.succeed()
      }
  }

  private func bootstrap() -> ClientBootstrap {
    let (endpoint, tls) = (endpoint, tls)
    let (timeout, bound) = (
      TimeAmount(settings.commandTimeout), settings.maximumWaitingCommands
    )
    return ClientBootstrap(group: loop)
      .connectTimeout(TimeAmount(settings.connectTimeout))
      .channelOption(ChannelOptions.socketOption(.tcp_nodelay), value: 1)
      .channelOption(ChannelOptions.socketOption(.so_keepalive), value: 1)
      .channelInitializer { [weak self] channel in
        channel.eventLoop.makeCompletedFuture {
          let pipeline = channel.pipeline.syncOperations
          if let tls {
            try pipeline.addHandler(
              NIOSSLClientHandler(context: tls, serverHostname: endpoint.nameForTLS))
          }
          try pipeline.addHandler(
            RedisChannelHandler(
              timeout: timeout, maximumWaiting: bound,
              failure: {
                ($1 as? StoreError) ?? StoreError($0, path: "\(endpoint)", cause: $1)
              },
              onClosed: { [weak self] in self?.lost(channel, $0) }))
        }
      }
  }

  /// Says who we are, and makes sure that the server answers commands: one that loads its data does not yet.
  private func introduce(on channel: any Channel) -> EventLoopFuture<Void> {
    var commands: [RedisCommand] = []
    if let password = endpoint.password {
      var command = RedisCommand("AUTH")
      if let user = endpoint.user { command.add(user) }
      command.add(password)
      commands.append(command)
    }
    if endpoint.database != 0 { commands.append(RedisCommand("SELECT", "\(endpoint.database)")) }
    commands.append(RedisCommand("PING"))
    return Self.send(commands, on: channel).flatMapThrowing { [endpoint] replies in
      for reply in replies {
        guard case .error(let text) = reply else { continue }
        throw StoreError(redis: endpoint.redacted(text), path: "\(endpoint)")
      }
      // On its own machine a connection to a port where nothing listens may meet itself, and hear what it says.
      guard replies.last == .status("PONG") else {
        throw RedisProblem("what answers there is no Redis server")
      }
    }
  }

  private func attempted(_ result: Result<any Channel, any Error>) {
    switch result {
    case .success(let channel):
      let isWanted = state.withLock { $0.link.connected(channel, at: .now) }
      guard isWanted else { return channel.close(promise: nil) }
      logger?.debug("connected to \(endpoint)")
      // It may have ended before anybody could be told that it had begun.
      if !channel.isActive {
        lost(channel, failure(.unavailable, RedisProblem("the server closed the connection")))
      }
    case .failure(let error):
      let cause = failure(.unavailable, error)
      retry(cause, after: state.withLock { $0.link.failed(cause, jitter: .random(in: 0...1)) })
    }
  }

  private func lost(_ channel: any Channel, _ cause: StoreError) {
    let delay = state.withLock { state -> Duration? in
      guard case .send(let current) = state.link.admit(), current === channel else { return nil }
      return state.link.lost(cause, at: .now, jitter: .random(in: 0...1))
    }
    retry(cause, after: delay)
  }

  private func retry(_ cause: StoreError, after delay: Duration?) {
    guard let delay else { return }
    logger?.warning("\(cause); connecting again in \(delay)")
    guard delay > .zero else { return connect() }
    loop.scheduleTask(in: TimeAmount(delay)) { [weak self] in self?.connect() }
  }

  private static func context(_ settings: RedisSettings) throws -> NIOSSLContext {
    var configuration = TLSConfiguration.makeClientConfiguration()
    if let file = settings.trustedCertificates { configuration.trustRoots = .file(file) }
    return try NIOSSLContext(configuration: configuration)
  }
}

extension RedisEndpoint {
  /// The name that the certificate must bear; an address is checked without being sent as a name.
  fileprivate var nameForTLS: String? {
    (try? SocketAddress(ipAddress: host, port: port)) == nil ? host : nil
  }

  /// A server may repeat arguments of a command that it does not know.
  fileprivate func redacted(_ text: String) -> String {
    [password, user].compactMap { $0 }.reduce(text) { text, secret in
      text.split(separator: secret, omittingEmptySubsequences: false).joined(separator: "…")
    }
  }
}
