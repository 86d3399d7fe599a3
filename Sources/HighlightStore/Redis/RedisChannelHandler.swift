import DequeModule
import NIOCore

/// Commands that are sent together, and where their replies go.
struct RedisRequest: Sendable {
  let bytes: ByteBuffer
  let count: Int
  let replies: EventLoopPromise<[RedisReply]>
  /// The last of its connection, which closes after it.
  var isLast = false
}

/// Joins replies to requests by their order, and gives the connection up when one takes too long.
final class RedisChannelHandler: ChannelDuplexHandler {
  typealias InboundIn = ByteBuffer
  typealias OutboundIn = RedisRequest
  typealias OutboundOut = ByteBuffer

  private struct Waiting {
    let request: RedisRequest
    let deadline: NIODeadline
    var replies: [RedisReply] = []
  }

  private let timeout: TimeAmount
  private let maximumWaiting: Int
  private let failure: @Sendable (StoreError.Reason, any Error) -> StoreError
  private let onClosed: @Sendable (StoreError) -> Void

  private var reader = RedisReplyReader()
  private var waiting = Deque<Waiting>()
  private var waitingCommands = 0
  private var timer: Scheduled<Void>?
  private var cause: StoreError?

  /// - Parameters:
  ///   - failure: Makes the error of this store.
  ///   - onClosed: Called once, when the connection has ended, with why.
  init(
    timeout: TimeAmount, maximumWaiting: Int,
    failure: @escaping @Sendable (StoreError.Reason, any Error) -> StoreError,
    onClosed: @escaping @Sendable (StoreError) -> Void
  ) {
    self.timeout = timeout
    self.maximumWaiting = maximumWaiting
    self.failure = failure
    self.onClosed = onClosed
  }

  func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
    let request = unwrapOutboundIn(data)
    if let cause {
      request.replies.fail(cause)
      promise?.fail(cause)
      return
    }
    // A request larger than the bound may go alone, so that each can go at some time.
    guard
      request.isLast || waiting.isEmpty || waitingCommands + request.count <= maximumWaiting
    else {
      let refusal = failure(
        .overloaded, RedisProblem("\(waitingCommands) commands wait for replies"))
      request.replies.fail(refusal)
      promise?.fail(refusal)
      return
    }
    waiting.append(Waiting(request: request, deadline: .now() + timeout))
    waitingCommands += request.count
    watch(context)
    context.write(wrapOutboundOut(request.bytes), promise: promise)
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    guard cause == nil else { return }
    do {
      try reader.feed(unwrapInboundIn(data))
      while let reply = try reader.next() { try take(reply) }
    } catch {
      giveUp(context, failure(.unavailable, error))
    }
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    giveUp(context, failure(.unavailable, error))
  }

  func channelInactive(context: ChannelHandlerContext) {
    let cause = cause ?? failure(.unavailable, RedisProblem("the server closed the connection"))
    end(cause)
    onClosed(cause)
    context.fireChannelInactive()
  }

  private func take(_ reply: RedisReply) throws {
    guard !waiting.isEmpty else { throw RedisProblem("a reply came that nothing had asked for") }
    waiting[0].replies.append(reply)
    waitingCommands -= 1
    guard waiting[0].replies.count == waiting[0].request.count else { return }
    let done = waiting.removeFirst()
    done.request.replies.succeed(done.replies)
  }

  /// One timer runs at a time: the replies come in order, so the first request is the first to be late.
  private func watch(_ context: ChannelHandlerContext) {
    guard timer == nil, let first = waiting.first else { return }
    timer = context.eventLoop.assumeIsolated().scheduleTask(deadline: first.deadline) {
      [self] in
      timer = nil
      guard let first = waiting.first else { return }
      if first.deadline <= .now() {
        giveUp(
          context, failure(.unavailable, RedisProblem("no reply within \(timeout.seconds) s")))
      } else {
        watch(context)
      }
    }
  }

  /// What comes later cannot be told from replies to what is late.
  private func giveUp(_ context: ChannelHandlerContext, _ cause: StoreError) {
    end(cause)
    context.close(promise: nil)
  }

  private func end(_ cause: StoreError) {
    if self.cause == nil { self.cause = cause }
    timer?.cancel()
    timer = nil
    let left = waiting
    waiting = []
    waitingCommands = 0
    for one in left { one.request.replies.fail(cause) }
  }
}

/// What went wrong with a connection, as the cause of a `StoreError`.
struct RedisProblem: Error, CustomStringConvertible {
  let description: String
  init(_ description: String) { self.description = description }
}

extension TimeAmount {
  init(_ duration: Duration) {
    let (seconds, attoseconds) = duration.components
    self = .nanoseconds(seconds * 1_000_000_000 + attoseconds / 1_000_000_000)
  }

  fileprivate var seconds: Double { Double(nanoseconds) / 1e9 }
}
