import HighlightsProtocol
import NIOHTTP1
import SwiftProtobuf
import TestSupport
import Testing

@testable import LookupService

@Suite("Takedowns")
struct TakedownRouteTests {
  private static let admin = ["authorization": "Bearer a"]
  private func bench(videos: FixedVideos? = nil) -> Bench {
    Bench(videos: videos) { $0.tokens = .init(write: "w", admin: "a") }
  }

  @Test("a withdrawn highlight is gone at once, from memory too, until it is restored")
  func highlightRound() async throws {
    let bench = bench()
    bench.store.put(try highlight())
    try await bench.serve { client, _ in
      let before = try await client.get("/v1/highlights?q=ramen")
      let tag = try #require(before.header("etag"))
      let expected = try key("ramen")
      let path = "/v1/highlights?q=RAMEN&reason=court%20order&actor=ann"
      let done = try await client.send(.DELETE, path, headers: Self.admin)
      #expect(done.status == 200)
      #expect(
        done.body
          == #"{"changed":true,"key":"\#(expected)","withdrawal_epoch":1,"withdrawn":true}"#)
      let again = try await client.send(.DELETE, path, headers: Self.admin)
      #expect(again.json["changed"] as? Bool == false)
      let gone = try await client.get("/v1/highlights?q=ramen", headers: ["if-none-match": tag])
      #expect(gone.status == 410)
      #expect(gone.code == "withdrawn")
      #expect(gone.header("etag") == nil)
      #expect(!gone.body.contains("Said"))
      let waited = try await client.get("/v1/highlights?q=ramen&wait=30s")
      #expect(waited.status == 410)
      let stream = try await client.get("/v1/highlights/stream?q=ramen")
      #expect(stream.body.hasPrefix("event: failed"))
      let queued = try await client.post(
        #"{"text":"ramen"}"#, headers: ["authorization": "Bearer w"])
      #expect(queued.status == 202)
      #expect(queued.body.contains(#""withdrawn":true"#))
      #expect(bench.queue.published.isEmpty)

      let restore = "/v1/highlights/restore?q=ramen&actor=bob"
      let restored = try await client.send(.POST, restore, headers: Self.admin)
      #expect(restored.json["withdrawn"] as? Bool == false)
      #expect(restored.json["withdrawal_epoch"] as? Int == 2)
      // What stood there before counts no more: it is written anew.
      #expect(try await client.get("/v1/highlights?q=ramen").status == 202)
      bench.store.put(try highlight(epoch: 2))
      let anew = try await client.get("/v1/highlights?q=ramen", headers: ["if-none-match": tag])
      #expect(anew.status == 200)
      #expect(anew.header("etag") != tag)
      let calls = bench.takedowns.calls
      #expect(calls.map(\.what) == ["withdraw RAMEN", "withdraw RAMEN", "restore ramen"])
      #expect(calls[0].reason == "court order")
      #expect(calls.map(\.actor) == ["ann", "ann", "bob"])
      #expect(calls[2].reason.isEmpty)
    }
  }

  @Test("a withdrawn video is found no more, and what cites it is gone, until it is restored")
  func videoRound() async throws {
    let videos = ["v/1 ü", "v-2"].map { id in Video.with { $0.id = id } }
    let bench = bench(videos: FixedVideos(found: videos))
    bench.store.put(try highlight(citing: ["v/1 ü"]))
    bench.store.put(try highlight("soba", showing: ["v-2"]))
    try await bench.serve { client, _ in
      #expect(try await client.get("/v1/highlights?q=ramen").status == 200)
      let path = "/v1/videos/v%2F1%20%c3%BC?reason=r&actor=ann"
      let done = try await client.send(.DELETE, path, headers: Self.admin)
      #expect(done.body == #"{"highlights":2,"video_id":"v/1 ü","withdrawn":true}"#)
      let gone = try await client.get("/v1/highlights?q=ramen")
      #expect(gone.status == 410)
      #expect(gone.body.contains(#""reason":"video_withdrawn""#))
      #expect(try await client.get("/v1/highlights?q=soba").status == 200)
      let found = try await client.get("/v1/videos/search?q=a")
      #expect(found.body.contains("v-2"))
      #expect(!found.body.contains("v/1"))
      _ = try await client.get("/v1/highlights?q=udon")
      #expect(bench.queue.published.map { $0.videos.map(\.id) } == [["v-2"]])

      let restored = try await client.send(
        .POST, "/v1/videos/v%2F1%20%C3%BC/restore?actor=ann", headers: Self.admin)
      #expect(restored.json["withdrawn"] as? Bool == false)
      #expect(try await client.get("/v1/highlights?q=ramen").status == 200)
      let all = try await client.get("/v1/videos/search?q=a")
      #expect(all.body.contains("v/1"))
    }
    #expect(
      bench.takedowns.calls.map(\.what) == ["withdraw video v/1 ü", "restore video v/1 ü"])
  }

  @Test("every text is an id, also those that look like something else")
  func ids() async throws {
    let bench = bench()
    let long = String(repeating: "a", count: 512)
    try await bench.serve { client, _ in
      for (part, id) in [
        ("search", "search"), ("restore", "restore"), ("a+b", "a+b"), ("%00", "\0"), ("%25", "%"),
        (long, long),
      ] {
        let path = "/v1/videos/\(part)"
        #expect(
          try await client.send(.DELETE, "\(path)?reason=r&actor=a", headers: Self.admin).status
            == 200, "\(part)")
        #expect(
          try await client.send(.POST, "\(path)/restore?actor=a", headers: Self.admin).status
            == 200, "\(part)")
        #expect(
          bench.takedowns.calls.suffix(2).map(\.what) == [
            "withdraw video \(id)", "restore video \(id)",
          ])
      }
      let count = bench.takedowns.calls.count
      for (part, status, word) in [
        ("a\(long)", 400, "1 to 512 bytes"),
        (String(repeating: "%C3%BC", count: 257), 400, "bytes"),
        ("a/b", 404, "nothing"), ("", 404, "nothing"), ("a/", 404, "nothing"),
      ] {
        let reply = try await client.send(
          .DELETE, "/v1/videos/\(part)?reason=r&actor=a", headers: Self.admin)
        #expect(reply.status == status, "\(part)")
        #expect(reply.message.contains(word), "\(reply.message)")
        #expect(reply.body.count < 400)
      }
      #expect(bench.takedowns.calls.count == count)
    }
  }

  @Test(
    "an id that is not in percent encoding is refused", arguments: ["%FF", "%4", "%", "%GG", "a%"])
  func encoding(_ part: String) {
    let refused = APIError.badParameter(
      name: "id", value: part, allowed: "UTF-8 in percent encoding")
    for suffix in ["", "/restore"] {
      #expect(throws: refused) {
        try TakedownRequest.videoID(path: "/v1/videos/\(part)\(suffix)", suffix: suffix)
      }
    }
  }

  private static let routes: [(String, String)] = [
    ("DELETE", "/v1/highlights?q=a&reason=r&actor=a"),
    ("POST", "/v1/highlights/restore?q=a&actor=a"),
    ("DELETE", "/v1/videos/v?reason=r&actor=a"), ("POST", "/v1/videos/v/restore?actor=a"),
  ]

  @Test("only who bears the admin token may, and nobody where none is set", arguments: routes)
  func tokens(_ method: String, _ path: String) async throws {
    let bench = bench()
    try await bench.serve { client, _ in
      for token in ["", "Bearer w", "Bearer x", "Basic a"] {
        let reply = try await client.send(
          .init(rawValue: method), path, headers: ["authorization": token])
        #expect(reply.status == 401)
        #expect(reply.header("www-authenticate") == "Bearer")
      }
    }
    try await Bench { $0.tokens.write = "w" }.serve { client, _ in
      let reply = try await client.send(
        .init(rawValue: method), path, headers: ["authorization": "Bearer w"])
      #expect(reply.status == 403)
      #expect(reply.message.contains("admin token"))
    }
    var without = bench
    without.canTakeDown = false
    try await without.serve { client, _ in
      let reply = try await client.send(.init(rawValue: method), path, headers: Self.admin)
      #expect(reply.status == 501)
    }
    #expect(bench.takedowns.calls.isEmpty)
  }

  @Test("a failure is answered as one that is worth trying again", arguments: routes)
  func failing(_ method: String, _ path: String) async throws {
    let bench = bench()
    bench.takedowns.fail()
    try await bench.serve { client, _ in
      let reply = try await client.send(.init(rawValue: method), path, headers: Self.admin)
      #expect(reply.status == 503)
      #expect(reply.header("retry-after") == "2")
      #expect(!reply.body.contains("Failure"))
      bench.takedowns.fail(false)
      let again = try await client.send(.init(rawValue: method), path, headers: Self.admin)
      #expect(again.status == 200)
    }
  }

  @Test(
    "reason and actor are asked for and bounded",
    arguments: [
      ("q=a&actor=a", "reason is \"\"", "1 to 500"),
      ("q=a&reason=%20%E3%80%80&actor=a", "reason is", "1 to 500"),
      ("q=a&reason=\(String(repeating: "r", count: 501))&actor=a", "reason is", "1 to 500"),
      ("q=a&reason=r", "actor is \"\"", "1 to 100"),
      ("q=a&reason=r&actor=\(String(repeating: "a", count: 101))", "actor is", "1 to 100"),
      ("reason=r&actor=a", "q is \"\"", "1 to 1000"),
      ("q=a&locale=not%20a%20tag&reason=r&actor=a", "locale is", "BCP 47"),
      ("q=a&reason=r&actor=a&wait=1s", "query parameter is \"wait\"", "actor, locale, q, reason"),
    ])
  func parameters(_ query: String, _ problem: String, _ allowed: String) async throws {
    let bench = bench()
    try await bench.serve { client, _ in
      let reply = try await client.send(.DELETE, "/v1/highlights?\(query)", headers: Self.admin)
      #expect(reply.status == 400)
      #expect(reply.message.contains(problem), "\(reply.message)")
      #expect(reply.message.contains(allowed), "\(reply.message)")
    }
    #expect(bench.takedowns.calls.isEmpty)
  }
}
