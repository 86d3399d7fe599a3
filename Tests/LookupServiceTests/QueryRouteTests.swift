import HighlightsProtocol
import Testing

@testable import LookupService

@Suite("Publishing searches")
struct QueryRouteTests {
  @Test("one search is published as it came, with an id and a time where it has none")
  func one() async throws {
    let bench = Bench()
    try await bench.serve { client, _ in
      let reply = try await client.post(
        #"{"text":"ramen","locale":"ja","videos":[{"id":"v-1","segments":[{"text":"hot"}]}]}"#)
      #expect(reply.status == 202)
      let published = try #require(bench.queue.published.first)
      #expect(reply.body.contains(published.queryID))
      let expected = try key("ramen", "ja")
      #expect(reply.body.contains(expected))
      #expect(!published.queryID.isEmpty)
      #expect(UnixTime(published.requestedAt) == HandClock.start)
      #expect(published.videos[0].segments[0].text == "hot")
      // A look-up of the same key publishes no second one.
      #expect(try await client.get("/v1/highlights?q=ramen&locale=ja").status == 202)
      let own = try await client.post(#"{"queryId":"mine","text":"soba"}"#)
      #expect(own.body.contains(#""query_id":"mine""#))
    }
    #expect(bench.queue.published.count == 2)
  }

  @Test("several are published one a line, all or none")
  func lines() async throws {
    let bench = Bench()
    try await bench.serve { client, _ in
      let type = "application/x-ndjson"
      let good = "{\"text\":\"a\"}\r\n\n{\"text\":\"b\"}\n"
      #expect(try await client.post(good, type: type).status == 202)
      #expect(bench.queue.published.map(\.text) == ["a", "b"])
      let bad = try await client.post(good + #"{"text":" "}"#, type: type)
      #expect(bad.status == 400)
      #expect(bad.code == "empty_text")
      #expect(bad.message.hasPrefix("Search 3:"))
      let broken = try await client.post(good + "{", type: type)
      #expect(broken.code == "malformed_message")
      #expect(bench.queue.published.count == 2)
    }
  }

  @Test("what is empty, too large, too many or of another type is refused")
  func refused() async throws {
    let bench = Bench {
      $0.limits.bodyBytes = 100
      $0.limits.queriesPerRequest = 2
    }
    try await bench.serve { client, _ in
      let empty = try await client.post("")
      #expect(empty.status == 400)
      #expect(try await client.post("\n\n", type: "application/x-ndjson").status == 400)
      let large = #"{"text":"\#(String(repeating: "a", count: 100))"}"#
      #expect(try await client.post(large).status == 413)
      let many = "{\"text\":\"a\"}\n{\"text\":\"b\"}\n{\"text\":\"c\"}"
      #expect(try await client.post(many, type: "application/x-ndjson").status == 413)
      #expect(try await client.post("{}", type: "text/plain").status == 415)
    }
    #expect(bench.queue.published.isEmpty)
  }

  @Test("where a token is set, only who bears it or the admin's may publish")
  func tokens() async throws {
    let bench = Bench { $0.tokens = .init(write: "w", admin: "a") }
    try await bench.serve { client, _ in
      let body = #"{"text":"a"}"#
      let without = try await client.post(body)
      #expect(without.status == 401)
      #expect(without.header("www-authenticate") == "Bearer")
      #expect(try await client.post(body, headers: ["authorization": "Bearer x"]).status == 401)
      #expect(bench.queue.published.isEmpty)
      for token in ["w", "a"] {
        let reply = try await client.post(body, headers: ["authorization": "Bearer \(token)"])
        #expect(reply.status == 202)
      }
    }
  }

  @Test("strangers publish within the limit on new keys; a failure says how far it came")
  func limits() async throws {
    let bench = Bench { $0.limits.newKeys = Rate(perMinute: 60, burst: 2) }
    try await bench.serve { client, _ in
      let lines = "{\"text\":\"a\"}\n{\"text\":\"b\"}\n{\"text\":\"c\"}"
      let cut = try await client.post(lines, type: "application/x-ndjson")
      #expect(cut.status == 503)
      #expect(cut.message.contains("first 2 of 3"))
      let refused = try await client.post(#"{"text":"d"}"#)
      #expect(refused.status == 429)
      #expect(refused.code == "too_many_new_searches")
      bench.clock.move(by: .seconds(10))
      bench.queue.fail()
      let failed = try await client.post(#"{"text":"d"}"#)
      #expect(failed.status == 503)
      #expect(!failed.body.contains("Failure"))
    }
  }
}
