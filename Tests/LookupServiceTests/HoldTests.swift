import AsyncHTTPClient
import HighlightsProtocol
import NIOCore
import Testing

@testable import LookupService

@Suite("Held searches")
struct HoldTests {
  private func until(_ seconds: Int64) -> UnixTime {
    HandClock.start.advanced(byMilliseconds: seconds * 1_000)
  }

  /// Reads a stream event by event.
  private struct Events {
    private var chunks: HTTPClientResponse.Body.AsyncIterator
    private var rest = ""

    init(_ client: Client, _ path: String) async throws {
      let request = HTTPClientRequest(url: "http://127.0.0.1:\(client.port)\(path)")
      chunks = try await client.http.execute(request, timeout: .seconds(180)).body
        .makeAsyncIterator()
    }

    mutating func next() async throws -> String {
      while true {
        if let end = rest.firstRange(of: "\n\n") {
          defer { rest = String(rest[end.upperBound...]) }
          return String(rest[..<end.lowerBound])
        }
        guard let chunk = try await chunks.next() else { return "end" }
        rest += String(buffer: chunk)
      }
    }
  }

  @Test("who waits is told why and for how long, once for each change, and when it is over")
  func stream() async throws {
    let bench = Bench()
    let affected = try key("ramen")
    func hold(_ reason: String, _ until: UnixTime) -> SearchHold {
      SearchHold(reason: reason, until: until) { $0 == affected }
    }
    try await bench.serve { client, service in
      var events = try await Events(client, "/v1/highlights/stream?q=ramen")
      var others = try await Events(client, "/v1/highlights/stream?q=soba")
      let queued = try await events.next()
      #expect(queued.hasPrefix("event: queued\n"))
      service.searchesHeld([hold("circuit_open", until(7))])
      let first = try await events.next()
      #expect(
        first == "event: held\n" + #"data: {"estimate_seconds":7,"reason":"circuit_open"}"#)
      service.searchesHeld([
        hold("circuit_open", HandClock.start.advanced(byMilliseconds: 7_400))
      ])
      service.searchesHeld([hold("say \"it\"", until(30))])
      let second = try await events.next()
      #expect(
        second == "event: held\n" + #"data: {"estimate_seconds":30,"reason":"say \"it\""}"#)
      var late = try await Events(client, "/v1/highlights/stream?q=ramen")
      #expect(try await late.next() == queued)
      #expect(try await late.next() == second)
      service.searchesHeld([])
      #expect(try await events.next() == queued)
      service.highlightPublished(try highlight())
      service.highlightPublished(try highlight("soba"))
      #expect(try await events.next().hasPrefix("event: answered\n"))
      #expect(try await events.next() == "end")
      #expect(try await others.next().hasPrefix("event: queued\n"))
      #expect(try await others.next().hasPrefix("event: answered\n"))
    }
  }

  @Test("a look-up that is queued says why its search waits, where that is known")
  func queued() async throws {
    let bench = Bench()
    let affected = try key("ramen")
    try await bench.serve { client, service in
      service.searchesHeld([
        SearchHold(reason: "paused", isAffected: { _ in false }),
        SearchHold(reason: "budget_spent", until: until(-5)) { $0 == affected },
      ])
      let expected = try key("soba")
      let reply = try await client.get("/v1/highlights?q=ramen")
      #expect(reply.status == 202)
      #expect(reply.body.contains(#""held":{"estimate_seconds":1,"reason":"budget_spent"}"#))
      let other = try await client.get("/v1/highlights?q=soba&wait=1ms")
      #expect(other.body == #"{"key":"\#(expected)","status":"queued"}"#)
      service.searchesHeld([SearchHold(reason: "paused")])
      let unknown = try await client.get("/v1/highlights?q=soba")
      #expect(unknown.body.contains(#""held":{"reason":"paused"}"#))
      service.searchesHeld([])
      #expect(try await !client.get("/v1/highlights?q=soba").body.contains("held"))
    }
  }

  @Test("a hold tells more than another by its reason, or by a second or more")
  func tellsMore() {
    let hold = SearchHold(reason: "a", until: until(5))
    #expect(hold.tellsMore(than: nil))
    #expect(!hold.tellsMore(than: hold))
    #expect(hold.tellsMore(than: SearchHold(reason: "b", until: until(5))))
    #expect(hold.tellsMore(than: SearchHold(reason: "a")))
    #expect(SearchHold(reason: "a").tellsMore(than: hold))
    #expect(!SearchHold(reason: "a").tellsMore(than: SearchHold(reason: "a")))
    #expect(hold.tellsMore(than: SearchHold(reason: "a", until: until(6))))
    let almost = HandClock.start.advanced(byMilliseconds: 5_999)
    #expect(!hold.tellsMore(than: SearchHold(reason: "a", until: almost)))
  }
}
