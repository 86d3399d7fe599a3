import Testing

@testable import HighlightStore

@Suite("The link to a Redis server")
struct RedisLinkTests {
  private let settings = RedisSettings(
    firstBackoff: .milliseconds(100), longestBackoff: .seconds(1))
  private let start = ContinuousClock.now
  private let cause = StoreError(.unavailable, path: "redis://h:1/0")

  private func link() -> RedisLink<Int> {
    RedisLink(settings: settings, closed: StoreError(.closed, path: "redis://h:1/0"))
  }

  @Test("has callers wait for the first try, and refuses them once it failed")
  func firstTry() {
    var link = link()
    #expect(link.admission == "wait")
    #expect(link.failed(cause, jitter: 1) == .milliseconds(100))
    #expect(link.admission == "refuse unavailable")
    let isWanted = link.connected(7, at: start)
    #expect(isWanted)
    #expect(link.admission == "send 7")
  }

  @Test("waits twice as long after each failure, up to the longest, by half to all at random")
  func backoff() {
    var link = link()
    let waits = (0..<6).map { _ in link.failed(cause, jitter: 1) }
    #expect(waits == [100, 200, 400, 800, 1_000, 1_000].map { .milliseconds($0) })
    #expect(link.failed(cause, jitter: 0) == .milliseconds(500))
    for _ in 0..<100 { _ = link.failed(cause, jitter: 1) }
    #expect(link.failed(cause, jitter: 1) == .seconds(1))
  }

  @Test("connects again at once when a connection that had held breaks, and has callers wait")
  func heldConnection() {
    var link = link()
    _ = link.failed(cause, jitter: 1)
    _ = link.connected(1, at: start)
    #expect(link.lost(cause, at: start + .seconds(1), jitter: 1) == .zero)
    #expect(link.admission == "wait")
    #expect(link.failed(cause, jitter: 1) == .milliseconds(100))
  }

  @Test("backs off from a server that drops whoever comes")
  func droppedConnections() {
    var link = link()
    for wait in [100, 200, 400] {
      _ = link.connected(1, at: start)
      #expect(
        link.lost(cause, at: start + .milliseconds(999), jitter: 1) == .milliseconds(wait))
      #expect(link.admission == "refuse unavailable")
    }
  }

  @Test("once closed, wants no connection and no further try")
  func closed() {
    var link = link()
    _ = link.connected(3, at: start)
    #expect(link.close() == 3)
    #expect(link.admission == "refuse closed")
    #expect(link.failed(cause, jitter: 1) == nil)
    #expect(link.lost(cause, at: start, jitter: 1) == nil)
    let isWanted = link.connected(4, at: start)
    #expect(!isWanted)
    #expect(link.close() == nil)
  }
}

extension RedisLink {
  fileprivate var admission: String {
    switch admit() {
    case .send(let connection): "send \(connection)"
    case .wait: "wait"
    case .refuse(let cause): "refuse \(cause.reason)"
    }
  }
}
