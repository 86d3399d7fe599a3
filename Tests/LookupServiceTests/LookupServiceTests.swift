import Foundation
import HighlightsProtocol
import NIOHTTP1
import SwiftProtobuf
import TestSupport
import Testing

@testable import LookupService

@Suite("Look-up service")
struct LookupServiceTests {
  @Test("a fresh highlight is answered with its JSON, tag, age and life, and 304 by its tag")
  func fresh() async throws {
    let bench = Bench()
    let shown = try highlight(age: .seconds(90))
    bench.store.put(shown)
    try await bench.serve { client, _ in
      let reply = try await client.get("/v1/highlights?q=R%41MEN")
      #expect(reply.status == 200)
      #expect(try Highlight(jsonString: reply.body) == shown)
      #expect(reply.header("content-type") == "application/json")
      #expect(reply.header("x-highlight") == "fresh")
      #expect(reply.header("age") == "90")
      #expect(reply.header("cache-control") == "public, max-age=144")
      let tag = try #require(reply.header("etag"))
      #expect(tag.contains(shown.key))
      for named in [tag, "W/\(tag)", "\"other\", \(tag)", "*"] {
        let again = try await client.get(
          "/v1/highlights?q=ramen", headers: ["if-none-match": named])
        #expect(again.status == 304)
        #expect(again.body.isEmpty)
        #expect(again.header("etag") == tag)
      }
      let other = try await client.get(
        "/v1/highlights?q=ramen", headers: ["if-none-match": "\"other\""])
      #expect(other.status == 200)
    }
    #expect(bench.queue.published.isEmpty)
  }

  @Test("a stale highlight says so and is not kept by others")
  func stale() async throws {
    let bench = Bench()
    bench.store.put(try highlight(age: .seconds(7_200)))
    try await bench.serve { client, _ in
      let reply = try await client.get("/v1/highlights?q=ramen")
      #expect(reply.status == 200)
      #expect(reply.header("x-highlight") == "stale")
      #expect(reply.header("cache-control") == "public, max-age=0, must-revalidate")
      try await poll("the refresh", limit: .seconds(180)) { bench.queue.published.count == 1 }
    }
  }

  @Test("a miss is queued, and answered in the same request where it waits")
  func miss() async throws {
    let bench = Bench()
    try await bench.serve { client, service in
      let queued = try await client.get("/v1/highlights?q=ramen&locale=ja-jp")
      #expect(queued.status == 202)
      #expect(queued.header("retry-after") == "2")
      #expect(queued.header("cache-control") == "no-store")
      let expected = try key("ramen", "ja-JP")
      #expect(queued.json["key"] as? String == expected)
      bench.queue.onPublish { _ in
        if let answer = try? highlight("soba") { service.highlightPublished(answer) }
      }
      let waited = try await client.get("/v1/highlights?q=soba&wait=30s")
      #expect(waited.status == 200)
      let inVain = try await client.get("/v1/highlights?q=ramen&locale=ja-jp&wait=20ms")
      #expect(inVain.status == 202)
    }
    #expect(bench.queue.published.map(\.locale) == ["ja-JP", "und"])
  }

  @Test("no answer, a filtered one and a withdrawn one each say why")
  func noAnswers() async throws {
    let bench = Bench()
    bench.store.put(try highlight("a", status: .noAnswer, reason: "not_in_videos"))
    bench.store.put(try highlight("b", status: .filtered, reason: "content_filter"))
    bench.store.put(try highlight("c", status: .withdrawn, reason: "takedown"))
    try await bench.serve { client, _ in
      let none = try await client.get("/v1/highlights?q=a")
      #expect(none.status == 404)
      #expect(none.code == "no_answer")
      #expect(
        (none.json["error"] as? [String: any Sendable])?["reason"] as? String
          == "not_in_videos")
      #expect((none.json["highlight"] as? [String: any Sendable])?["queryText"] as? String == "a")
      #expect(none.header("cache-control") == "public, max-age=54")
      let filtered = try await client.get("/v1/highlights?q=b")
      #expect(filtered.status == 404)
      #expect(filtered.code == "filtered")
      let withdrawn = try await client.get("/v1/highlights?q=c")
      #expect(withdrawn.status == 410)
      #expect(withdrawn.code == "withdrawn")
      #expect(!withdrawn.body.contains("queryText"))
    }
    #expect(bench.queue.published.isEmpty)
  }

  @Test(
    "bad input is refused with the parameter, its value and what is allowed",
    arguments: [
      ("", "q is \"\"", "1 to 1000 characters"),
      ("?q=%20", "q is \" \"", "1 to 1000 characters"),
      ("?q=%FF", "q is \"%FF\"", "UTF-8"),
      ("?q=a&q=b", "q is \"b\"", "one value"),
      ("?q=a&locale=not%20a%20tag", "locale is \"not a tag\"", "BCP 47"),
      ("?q=a&variant=..%2F", "variant is \"../\"", "a-z"),
      ("?q=a&wait=31s", "wait is \"31s\"", "0s to 30000ms"),
      ("?q=a&wait=soon", "wait is \"soon\"", "5s or 500ms"),
      ("?q=a&wait=-1s", "wait is \"-1s\"", "5s or 500ms"),
      ("?q=a&Locale=en", "query parameter is \"Locale\"", "locale, q, variant, wait"),
    ])
  func badInput(_ query: String, _ problem: String, _ allowed: String) async throws {
    let bench = Bench()
    try await bench.serve { client, _ in
      let reply = try await client.get("/v1/highlights\(query)")
      #expect(reply.status == 400)
      #expect(reply.code == "bad_parameter")
      #expect(reply.message.contains(problem), "\(reply.message)")
      #expect(reply.message.contains(allowed), "\(reply.message)")
      let long = try await client.get(
        "/v1/highlights?q=\(String(repeating: "a", count: 1_001))")
      #expect(long.status == 400)
      #expect(long.body.count < 400)
    }
    #expect(bench.queue.published.isEmpty)
  }

  @Test("every answer keeps browsers from guessing, and tells nothing of what failed inside")
  func safety() async throws {
    let bench = Bench()
    try await bench.serve { client, _ in
      bench.store.fail()
      for path in ["/v1/highlights?q=a", "/v1/highlights?q=%00", "/healthz", "/nothing", "/"] {
        let reply = try await client.get(path)
        #expect(reply.header("x-content-type-options") == "nosniff")
        #expect(reply.header("content-security-policy")?.hasPrefix("default-src 'none'") == true)
        #expect(!reply.body.contains("StoreError"))
        #expect(!reply.body.contains("memory"))
      }
      let failed = try await client.get("/v1/highlights?q=a")
      #expect(failed.status == 503)
      #expect(failed.code == "unavailable")
      #expect(failed.header("retry-after") == "2")
      #expect(try await client.get("/healthz").status == 503)
      bench.store.fail(false)
      #expect(try await client.get("/healthz").status == 200)
      #expect(try await client.get("/nothing").code == "unknown_path")
      let method = try await client.send(.PUT, "/v1/highlights?q=a")
      #expect(method.status == 405)
      #expect(method.header("allow") == "GET, HEAD, DELETE, OPTIONS")
      let onVideo = try await client.get("/v1/videos/v-1")
      #expect(onVideo.status == 405)
      #expect(onVideo.header("allow") == "DELETE, OPTIONS")
    }
  }

  @Test("one client's requests beyond its rate are refused, health and the page never")
  func clientLimit() async throws {
    let bench = Bench { $0.limits.client = Rate(perMinute: 60, burst: 2) }
    try await bench.serve { client, _ in
      #expect(try await client.get("/v1/highlights?q=a").status == 202)
      #expect(try await client.get("/v1/videos/search?q=a").status == 200)
      let refused = try await client.get("/v1/highlights?q=a")
      #expect(refused.status == 429)
      #expect(refused.code == "too_many_requests")
      #expect(refused.header("retry-after") == "1")
      #expect(try await client.get("/healthz").status == 200)
      #expect(try await client.get("/").status == 200)
      bench.clock.move(by: .seconds(1))
      #expect(try await client.get("/v1/highlights?q=a").status == 202)
    }
  }

  @Test("only pages of configured origins may read answers")
  func origins() async throws {
    let bench = Bench { $0.allowedOrigins = ["https://a.example"] }
    try await bench.serve { client, _ in
      let name = "access-control-allow-origin"
      let allowed = try await client.get("/healthz", headers: ["origin": "https://a.example"])
      #expect(allowed.header(name) == "https://a.example")
      #expect(allowed.header("vary") == "Origin")
      let other = try await client.get("/healthz", headers: ["origin": "https://b.example"])
      #expect(other.header(name) == nil)
      let preflight = try await client.send(
        .OPTIONS, "/v1/queries", headers: ["origin": "https://a.example"])
      #expect(preflight.status == 204)
      #expect(preflight.header("access-control-allow-methods") == "POST, OPTIONS")
      #expect(preflight.header(name) == "https://a.example")
      let onVideo = try await client.send(
        .OPTIONS, "/v1/videos/a%2Fb/restore", headers: ["origin": "https://a.example"])
      #expect(onVideo.header("access-control-allow-methods") == "POST, OPTIONS")
      #expect(try await client.send(.OPTIONS, "/v1/videos/a/b/restore").status == 404)
    }
    try await Bench().serve { client, _ in
      let reply = try await client.get("/healthz", headers: ["origin": "https://a.example"])
      #expect(reply.header("access-control-allow-origin") == nil)
    }
  }

  @Test("videos are found without their transcripts, or none where there is no catalogue")
  func videos() async throws {
    let found = (1...3).map { number in
      Video.with {
        $0.id = "v-\(number)"
        $0.title = "<b>\(number)</b>"
        $0.durationMs = 5
        $0.segments = [Segment.with { $0.text = "said" }]
      }
    }
    try await Bench(videos: FixedVideos(found: found)).serve { client, _ in
      let reply = try await client.get("/v1/videos/search?q=a&limit=2")
      #expect(reply.status == 200)
      #expect(reply.body.contains(#""id":"v-2""#))
      #expect(!reply.body.contains("v-3"))
      #expect(!reply.body.contains("said"))
      #expect(try await client.get("/v1/videos/search?q=a&limit=0").status == 400)
      #expect(try await client.get("/v1/videos/search?q=").status == 400)
    }
    try await Bench().serve { client, _ in
      let reply = try await client.get("/v1/videos/search?q=a")
      #expect(reply.body == #"{"videos":[]}"#)
    }
    try await Bench(videos: FixedVideos(isFailing: true)).serve { client, _ in
      let reply = try await client.get("/v1/videos/search?q=a")
      #expect(reply.status == 503)
    }
  }

  @Test("stopping answers those who wait, and then there is no port")
  func stopping() async throws {
    let bench = Bench()
    let left = try await within(.seconds(20), "stopping") {
      var waiting: Task<Client.Reply, any Error>?
      var stopped: LookupService?
      try await bench.serve { client, service in
        waiting = Task { try await client.get("/v1/highlights?q=ramen&wait=30s") }
        try await poll("the request to wait", limit: .seconds(180)) {
          service.statistics.waiters == 1
        }
        stopped = service
      }
      await #expect(throws: LookupServiceError.notRunning) { try await stopped?.port() }
      return try await waiting?.value.status
    }
    #expect(left == 202)
  }
}
