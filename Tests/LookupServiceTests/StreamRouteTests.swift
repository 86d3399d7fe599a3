import HighlightsProtocol
import SwiftProtobuf
import TestSupport
import Testing

@testable import LookupService

@Suite("Stream of events")
struct StreamRouteTests {
  /// Names and data of a whole stream.
  private func events(_ body: String) -> [(name: String, data: String)] {
    body.split(separator: "\n\n").compactMap { block in
      let lines = block.split(separator: "\n").map(String.init)
      guard lines.count == 2, lines[0].hasPrefix("event: "), lines[1].hasPrefix("data: ") else {
        return nil
      }
      return (String(lines[0].dropFirst(7)), String(lines[1].dropFirst(6)))
    }
  }

  @Test("a search is queued, then answered, and the stream ends")
  func answered() async throws {
    let bench = Bench()
    let shown = try highlight()
    try await bench.serve { client, service in
      bench.queue.onPublish { _ in service.highlightPublished(shown) }
      let reply = try await client.get("/v1/highlights/stream?q=ramen")
      #expect(reply.status == 200)
      #expect(reply.header("content-type") == "text/event-stream; charset=utf-8")
      let events = events(reply.body)
      #expect(events.map(\.name) == ["queued", "answered"])
      #expect(try Highlight(jsonString: events[1].data) == shown)
      #expect(service.statistics.waiters == 0)
      let again = self.events(try await client.get("/v1/highlights/stream?q=ramen").body)
      #expect(again.map(\.name) == ["answered"])
    }
  }

  @Test("no answer is an answer; a dead search and a withdrawn highlight fail")
  func failed() async throws {
    let bench = Bench()
    bench.store.put(try highlight("none", status: .noAnswer, reason: "no_videos"))
    bench.store.put(try highlight("gone", status: .withdrawn))
    let dead = try outcome("ramen", .dead, reason: "bad")
    try await bench.serve { client, service in
      bench.queue.onPublish { _ in service.searchEnded(dead) }
      let failed = events(try await client.get("/v1/highlights/stream?q=ramen").body)
      #expect(failed.map(\.name) == ["queued", "failed"])
      #expect(failed.last?.data.contains(#""code":"search_failed""#) == true)
      let none = events(try await client.get("/v1/highlights/stream?q=none").body)
      #expect(none.map(\.name) == ["answered"])
      let gone = events(try await client.get("/v1/highlights/stream?q=gone").body)
      #expect(gone.map(\.name) == ["failed"])
      #expect(gone[0].data.contains(#""code":"withdrawn""#))
    }
  }

  @Test("a stream that saw no end ends all the same, and waits no longer")
  func bounded() async throws {
    let bench = Bench { $0.limits.stream = .milliseconds(50) }
    try await bench.serve { client, service in
      let events = events(try await client.get("/v1/highlights/stream?q=ramen").body)
      #expect(events.map(\.name) == ["queued", "failed"])
      #expect(events.last?.data.contains("still_waiting") == true)
      #expect(service.statistics.waiters == 0)
    }
  }

  @Test("what is refused is refused before the stream begins")
  func refused() async throws {
    let bench = Bench()
    try await bench.serve { client, _ in
      let missing = try await client.get("/v1/highlights/stream")
      #expect(missing.status == 400)
      #expect(try await client.get("/v1/highlights/stream?q=a&wait=1s").status == 400)
      bench.queue.fail()
      #expect(try await client.get("/v1/highlights/stream?q=a").status == 503)
    }
  }
}
