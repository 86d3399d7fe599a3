import NIOCore
import Testing

@testable import LookupService

@Suite("Limits")
struct LimitsTests {
  @Test("a burst passes, then the rate, and a refusal says when the next one may")
  func bucket() {
    var bucket = TokenBucket(Rate(perMinute: 60, burst: 3), at: .zero)
    #expect((0..<3).allSatisfy { _ in bucket.take(at: .zero) == .taken })
    #expect(bucket.take(at: .zero) == .refused(retryAfter: .seconds(1)))
    #expect(bucket.take(at: .milliseconds(500)) == .refused(retryAfter: .milliseconds(500)))
    #expect(bucket.take(at: .seconds(1)) == .taken)
    #expect(bucket.take(at: .zero) != .taken)
    #expect((0..<4).count { _ in bucket.take(at: .seconds(100)) == .taken } == 3)
  }

  @Test("in any time no more passes than the burst and the rate allow")
  func bound() {
    var bucket = TokenBucket(Rate(perMinute: 600, burst: 5), at: .zero)
    let taken = (0..<10_000).count { bucket.take(at: .milliseconds($0)) == .taken }
    #expect((104...105).contains(taken))
  }

  @Test("one client's requests do not count against another, and old clients are forgotten")
  func clients() {
    var limits = ClientLimits(Rate(perMinute: 1, burst: 1), clients: 2)
    #expect(limits.take(for: .named("a"), at: .zero) == .taken)
    #expect(limits.take(for: .named("a"), at: .zero) != .taken)
    #expect(limits.take(for: .named("b"), at: .zero) == .taken)
    #expect(limits.take(for: .named("c"), at: .zero) == .taken)
    #expect(limits.count == 2)
  }

  @Test("a client is its address, its half of an IPv6 address, or what trusted proxies say")
  func addresses() throws {
    let remote = try SocketAddress(ipAddress: "10.0.0.1", port: 5_000)
    func client(_ forwarded: String?, _ proxies: Int) -> Caller {
      Caller(remote: remote, forwardedFor: forwarded, proxies: proxies)
    }
    let (own, other) = (Caller.v4(0x0A00_0001), Caller.v4(0x0102_0304))
    #expect(client(nil, 0) == own)
    #expect(client("1.2.3.4", 0) == own)
    #expect(client("6.6.6.6, 1.2.3.4", 1) == other)
    #expect(client("6.6.6.6, 1.2.3.4, 5.5.5.5", 2) == other)
    #expect(client("1.2.3.4", 2) == own)
    #expect(client("2001:db8::1", 1) == .v6(0x2001_0DB8_0000_0000))
    #expect(client("2001:db8::ffff", 1) == .v6(0x2001_0DB8_0000_0000))
    #expect(client("2001:db8:1::1", 1) == .v6(0x2001_0DB8_0001_0000))
    #expect(client("unix-socket", 1) == .named("unix-socket"))
    #expect(Caller(remote: nil, forwardedFor: nil, proxies: 0) == .unknown)
  }

  @Test("a bearer token must be that one, and either token may write")
  func tokens() throws {
    let authority = Authority(.init(write: "w-token", admin: "a-token"))
    #expect(authority.isWriter(authorization: "Bearer w-token"))
    #expect(authority.isWriter(authorization: "bearer  a-token"))
    for wrong in [nil, "", "Bearer", "Bearer ", "Bearer w-toke", "Basic w-token", "w-token"] {
      #expect(!authority.isWriter(authorization: wrong))
      #expect(throws: APIError.unauthorized) {
        try authority.requireWriter(authorization: wrong)
      }
    }
    try Authority(.init()).requireWriter(authorization: nil)
    #expect(!Authority(.init()).isWriter(authorization: "Bearer "))
  }
}
