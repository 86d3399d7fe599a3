import Foundation
import Glibc
import HighlightsProtocol
import NIOCore
import NIOPosix
import Synchronization
import TestSupport
import Testing

@testable import HighlightStore

/// What becomes of calls, and of what was acknowledged, when the Redis server goes and comes.
@Suite(
  "A highlight store whose Redis server goes away",
  .enabled(if: RedisServer.isInstalled, "\(RedisServer.howToInstall)"))
struct RedisOutageTests {
  private let quick = RedisSettings(
    connectTimeout: .milliseconds(500), commandTimeout: .seconds(3),
    firstBackoff: .milliseconds(5), longestBackoff: .milliseconds(50))

  @Test("throws at once while the server is not there, and works when it comes")
  func startsLater() async throws {
    try await RedisServer.run(starting: false) { server in
      let store = try RedisHighlightStore(endpoint: server.endpoint(), settings: quick)
      for _ in 0..<20 {
        let error = await #expect(throws: StoreError.self) { try await store.apply([record()]) }
        #expect(error?.reason == .unavailable)
        #expect(error?.description.contains("127.0.0.1:\(server.port)") == true)
      }
      try await server.start()
      try await recovers(store)
      #expect(try await store.apply([record()]) == [.stored])
    }
  }

  @Test("does not take what repeats its words for a server")
  func echo() async throws {
    let listener = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.addHandler(Echo())
        }
      }
      .bind(host: "127.0.0.1", port: 0).get()
    let port = try #require(listener.localAddress?.port)
    let store = try RedisHighlightStore(
      endpoint: RedisEndpoint(url: "redis://127.0.0.1:\(port)"), settings: quick)
    let error = await #expect(throws: StoreError.self) { try await store.highlight(forKey: "k") }
    #expect(error?.reason == .unavailable)
    #expect(error?.description.contains("no Redis server") == true)
    try await store.close()
    try await listener.close().get()
  }

  @Test("a server killed during writes and reads costs errors, and nothing that was acknowledged")
  func killedAtWork() async throws {
    try await RedisServer.run { server in
      let store = try RedisHighlightStore(endpoint: server.endpoint(), settings: quick)
      let reader = try RedisHighlightStore(endpoint: server.endpoint(), settings: quick)
      let work = Work()
      try await withThrowingTaskGroup { group in
        group.addTask { try await write(to: store, work) }
        group.addTask { try await read(from: reader, work) }
        for _ in 0..<3 {
          let before = work.acknowledged.count
          try await poll("writes before the kill") { work.acknowledged.count > before + 500 }
          let failed = work.failures
          await server.kill()
          try await poll("calls to fail") {
            work.failures.writes > failed.writes && work.failures.reads > failed.reads
          }
          try await server.start()
        }
        let before = work.acknowledged.count
        try await poll("writes after the last start") { work.acknowledged.count > before + 500 }
        work.end()
        try await group.waitForAll()
      }
      let keys = work.acknowledged
      let found = try await store.highlights(forKeys: keys)
      #expect(keys.count > 2_000)
      #expect(keys.filter { found[$0] == nil } == [])
      // Each batch was written once, so the last that was acknowledged decides, whatever failed before it.
      let applied = try await store.appliedOffsets(topic: "search.highlights")
      #expect((applied[0] ?? 0) > work.lastAcknowledged)
    }
  }

  @Test("a batch that the server's end cut short is whole once it is applied again")
  func killedInBatch() async throws {
    try await RedisServer.run { server in
      // What ends the batch is the connection's end, and not the time limit.
      let settings = RedisSettings(longestBackoff: .milliseconds(50))
      let store = try RedisHighlightStore(endpoint: server.endpoint(), settings: settings)
      let batch = try (0..<20_000).map { try record("k\($0)", offset: Int64($0)) }
      let watcher = try RedisHighlightStore(endpoint: server.endpoint(), settings: settings)
      let applied = Task { try await store.apply(batch) }
      try await poll("the batch to begin") { try await watcher.count() > 0 }
      await server.kill()
      let error = await #expect(throws: StoreError.self) { try await applied.value }
      #expect(error?.reason == .unavailable)

      try await server.start()
      try await recovers(store)
      #expect((1..<batch.count).contains(try await store.count()))
      #expect(try await store.appliedOffsets(topic: "search.highlights") == [:])
      #expect(try await store.apply(batch).allSatisfy { $0 == .stored })
      #expect(try await store.count() == batch.count)
      #expect(try await store.appliedOffsets(topic: "search.highlights") == [0: 20_000])
    }
  }

  @Test("a server that stands still is given up after the time limit")
  func hangs() async throws {
    try await RedisServer.run { server in
      let store = try RedisHighlightStore(endpoint: server.endpoint(), settings: quick)
      _ = try await store.apply([record()])
      server.signal(SIGSTOP)
      let start = ContinuousClock.now
      let error = await #expect(throws: StoreError.self) {
        try await within(.seconds(20), "the call") { try await store.highlight(forKey: "k") }
      }
      #expect(error?.reason == .unavailable)
      #expect(ContinuousClock.now - start >= .milliseconds(2_950))
      server.signal(SIGCONT)
      try await recovers(store)
      #expect(try await store.highlight(forKey: "k") != nil)
    }
  }

  @Test("refuses what is beyond the bound of waiting commands, and closing waits for the rest")
  func overloadAndClose() async throws {
    try await RedisServer.run { server in
      let client = try RedisClient(
        endpoint: server.endpoint(),
        settings: RedisSettings(commandTimeout: .seconds(20), maximumWaitingCommands: 10),
        logger: nil)
      @Sendable func pings(_ count: Int) async -> Result<Int, StoreError> {
        do throws(StoreError) {
          let commands = Array(repeating: RedisCommand("PING"), count: count)
          return .success(try await client.send(commands).count)
        } catch {
          return .failure(error)
        }
      }
      // More than the bound at once is for a caller that is alone.
      #expect(try await pings(11).get() == 11)

      server.signal(SIGSTOP)
      try await withThrowingTaskGroup { group in
        for _ in 0..<2 { group.addTask { await pings(10) } }
        #expect(try await group.next()?.reason == .overloaded)
        group.addTask {
          await client.close()
          return .success(0)
        }
        try await poll("closing to begin") { await pings(10).reason == .closed }
        server.signal(SIGCONT)
        var replies: [Int] = []
        for try await result in group { replies.append(try result.get()) }
        #expect(replies == [10, 0])
      }
    }
  }

  private func recovers(_ store: RedisHighlightStore) async throws {
    try await poll("the store to work again") { (try? await store.count()) != nil }
  }

  private func write(to store: RedisHighlightStore, _ work: Work) async throws {
    var offset: Int64 = 0
    while !work.hasEnded, !Task.isCancelled {
      let batch = try (offset..<offset + 50).map { try record("k\($0)", offset: $0) }
      offset += 50
      do {
        _ = try await store.apply(batch)
        work.acknowledge(batch.map(\.key), upTo: offset - 1)
      } catch let error as StoreError {
        #expect(error.reason == .unavailable)
        work.failed(write: true)
        await Task.yield()
      }
    }
  }

  private func read(from store: RedisHighlightStore, _ work: Work) async throws {
    while !work.hasEnded, !Task.isCancelled {
      let keys = Array(work.acknowledged.suffix(20))
      do {
        #expect(try await store.highlights(forKeys: keys).count == keys.count)
      } catch let error as StoreError {
        #expect(error.reason == .unavailable)
        work.failed(write: false)
        await Task.yield()
      }
    }
  }
}

/// What a writer and a reader tell a test.
private final class Work: Sendable {
  private struct State {
    var acknowledged: [String] = []
    var last: Int64 = -1
    var failures = (writes: 0, reads: 0)
    var hasEnded = false
  }

  private let state = Mutex(State())

  var acknowledged: [String] { state.withLock { $0.acknowledged } }
  var lastAcknowledged: Int64 { state.withLock { $0.last } }
  var failures: (writes: Int, reads: Int) { state.withLock { $0.failures } }
  var hasEnded: Bool { state.withLock { $0.hasEnded } }

  func acknowledge(_ keys: [String], upTo offset: Int64) {
    state.withLock {
      $0.acknowledged += keys
      $0.last = offset
    }
  }

  func failed(write: Bool) {
    state.withLock { if write { $0.failures.writes += 1 } else { $0.failures.reads += 1 } }
  }

  func end() { state.withLock { $0.hasEnded = true } }
}

extension Result where Failure == StoreError {
  fileprivate var reason: StoreError.Reason? {
    if case .failure(let error) = self { error.reason } else { nil }
  }
}

private final class Echo: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    context.writeAndFlush(data, promise: nil)
  }
}
