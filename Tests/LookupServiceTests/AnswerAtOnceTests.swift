import HTTPTypes
import HighlightsProtocol
import NIOCore
import NIOEmbedded
import NIOHTTPTypes
import Testing

@testable import LookupService

@Suite("Answers at once")
struct AnswerAtOnceTests {
  /// Handlers of one connection, and what passed them both ways.
  private final class Connection {
    let channel: EmbeddedChannel
    init(_ bench: Bench) throws {
      let desk = bench.desk()
      let answers = AnswersAtOnce(
        route: HighlightRoute(desk: desk), safety: SafetyHeaders(allowedOrigins: []),
        clients: ClientGate(bench.configuration, time: bench.clock.time))
      channel = EmbeddedChannel(handler: AnswerAtOnceHandler(answers: answers))
    }

    func ask(_ path: String, _ fields: HTTPFields = [:]) throws {
      let head = HTTPRequest(
        method: .get, scheme: "http", authority: "localhost", path: path, headerFields: fields)
      try channel.writeInbound(HTTPRequestPart.head(head))
      try channel.writeInbound(HTTPRequestPart.end(nil))
    }

    /// How many requests went on.
    func passed() throws -> Int {
      var count = 0
      while let part = try channel.readInbound(as: HTTPRequestPart.self) {
        if case .head = part { count += 1 }
      }
      return count
    }

    /// The statuses answered here.
    func answered() throws -> [Int] {
      var statuses: [Int] = []
      while let part = try channel.readOutbound(as: HTTPResponsePart.self) {
        if case .head(let head) = part { statuses.append(head.status.code) }
      }
      return statuses
    }
  }

  /// A desk that has one highlight in memory.
  private func bench() async throws -> Bench {
    let bench = Bench { $0.limits.client = Rate(perMinute: 60, burst: 5) }
    bench.store.put(try highlight("ramen"))
    return bench
  }

  @Test("what is in memory is answered here, what is not goes on, and what cannot be read too")
  func hits() async throws {
    let bench = try await bench()
    try await bench.serve { client, _ in
      // The store of these tests has to be waited for, so that the first answer comes the long way.
      let long = try await client.get("/v1/highlights?q=ramen")
      let short = try await client.get("/v1/highlights?q=ramen")
      let again = try await client.get("/v1/highlights?q=ramen", headers: ["connection": "close"])
      #expect(long.status == 200)
      for reply in [short, again] {
        #expect(reply.status == 200)
        #expect(reply.body == long.body)
        #expect(Self.comparable(reply) == Self.comparable(long))
      }
      let tag = try #require(short.header("etag"))
      let known = try await client.get("/v1/highlights?q=ramen", headers: ["if-none-match": tag])
      #expect(known.status == 304)
      #expect(known.body.isEmpty)
      let limited = try await client.get("/v1/highlights?q=ramen")
      #expect(limited.status == 200)
      #expect(try await client.get("/v1/highlights?q=ramen").status == 429)
    }
  }

  private static func comparable(_ reply: Client.Reply) -> [String: String] {
    var headers: [String: String] = [:]
    for (name, value) in reply.headers where !["date", "connection"].contains(name.lowercased()) {
      headers[name.lowercased()] = value
    }
    return headers
  }

  @Test("an answer does not come before that of a request that was sent before it")
  func order() async throws {
    let bench = try await bench()
    let connection = try Connection(bench)
    try connection.ask("/v1/highlights?q=unknown")
    #expect(try connection.passed() == 1)
    try connection.ask("/v1/highlights?q=ramen")
    #expect(try connection.passed() == 1)
    #expect(try connection.answered().isEmpty)
    for _ in 0..<2 {
      try connection.channel.writeOutbound(HTTPResponsePart.head(HTTPResponse(status: .accepted)))
      try connection.channel.writeOutbound(HTTPResponsePart.end(nil))
    }
    #expect(try connection.answered() == [202, 202])
  }

  @Test(
    "a request with a body, of a trace, or for another path goes on",
    arguments: [
      ("/v1/highlights?q=ramen", [.contentLength: "2"]),
      ("/v1/highlights?q=ramen", [.traceParent: "00-1-2-01"]),
      ("/v1/highlights?q=ramen", [.connection: "close"]), ("/v1/highlights", [:]),
      ("/v1/highlights?q=ramen&q=miso", [:]), ("/v1/videos/search?q=ramen", [:]),
    ] as [(String, HTTPFields)])
  func others(path: String, fields: HTTPFields) async throws {
    let connection = try Connection(try await bench())
    try connection.ask(path, fields)
    #expect(try connection.passed() == 1)
    #expect(try connection.answered().isEmpty)
  }

  @Test("dates are written as HTTP has them")
  func date() {
    #expect(UnixTime(milliseconds: 784_111_777_000).httpDate == "Sun, 06 Nov 1994 08:49:37 GMT")
    #expect(UnixTime(milliseconds: -1).httpDate == "Wed, 31 Dec 1969 23:59:59 GMT")
    let date = HTTPDate(now: { UnixTime(milliseconds: 0) })
    #expect(date.text == "Thu, 01 Jan 1970 00:00:00 GMT")
  }
}
