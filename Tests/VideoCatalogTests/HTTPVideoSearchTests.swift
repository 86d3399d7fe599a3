import Foundation
import HighlightsProtocol
import Hummingbird
import NIOCore
import Synchronization
import Testing
import VideoCatalog

@Suite("Video search over HTTP")
struct HTTPVideoSearchTests {
  private static let reply = #"""
    {"videos": [
      {"id": "v1", "title": "Fold", "durationMs": 61000, "rank": 1, "segments": [
        {"startMs": 4000, "endMs": 9000, "text": "put your hands into the corners"}]},
      {"id": "v2"}, {"id": "v3"}], "took": 3}
    """#

  @Test("posts the search with the key, and takes the first videos of the answer")
  func asks() async throws {
    try await VideoServer.answering { _ in
      VideoServer.response(200, Self.reply)
    } during: { server async throws in
      let found = try await search(server.url, key: BearerKey(" k-1\n")) {
        try await $0.videos(for: "how to \"fold\"\n", locale: "en-GB", limit: 2)
      }
      var first = video("v1", "Fold", says: "put your hands into the corners")
      first.durationMs = 61_000
      (first.segments[0].startMs, first.segments[0].endMs) = (4_000, 9_000)
      #expect(found == [first, video("v2")])
      let call = try #require(server.calls.first)
      #expect(server.calls.count == 1)
      #expect((call.method, call.path) == ("POST", "/videos"))
      #expect(call.headers["authorization"] == "Bearer k-1")
      #expect(call.headers["content-type"] == "application/json")
      let body = try #require(
        try JSONSerialization.jsonObject(with: Data(call.body.utf8)) as? [String: Any])
      #expect(body["text"] as? String == "how to \"fold\"\n")
      #expect(body["locale"] as? String == "en-GB")
      #expect(body["limit"] as? Int == 2)
      #expect(body.count == 3)
    }
  }

  @Test("sends no key where there is none, and takes an empty list for an answer")
  func nothing() async throws {
    try await VideoServer.answering { _ in
      VideoServer.response(200, #"{"videos": []}"#)
    } during: { server async throws in
      #expect(try await search(server.url) { try await $0.ids("x") } == [])
      #expect(server.calls.first?.headers["authorization"] == nil)
    }
  }

  @Test(
    "takes nothing but a list of videos for an answer",
    arguments: [
      "", "null", "[]", "{}", "<html>", #"{"results": []}"#, #"{"videos": null}"#,
      #"{"videos": {}}"#, #"{"videos": [null]}"#, #"{"videos": ["v1"]}"#,
      #"{"videos": [{"id": 7}]}"#,
      #"{"videos": [{"id": "v", "segments": [{"startMs": -1}]}]}"#, #"{"videos": []} x"#,
      #"{"videos": [{"id": "v""#, #"{"videos": \#(String(repeating: "[", count: 10_000))"#,
    ])
  func wrongJSON(body: String) async throws {
    try await expect(VideoServer.response(200, body), calls: 1) { reason in
      guard case .malformedReply = reason else { return false }
      return true
    }
  }

  @Test("takes no video that a search must not bring")
  func unusableVideos() async throws {
    try await expect(VideoServer.response(200, #"{"videos": [{"id": "v"}, {}]}"#), calls: 1) {
      $0 == .unusableVideo(position: 2, .emptyID)
    }
    let twice = #"{"videos": [{"id": "v"}, {"id": "w"}, {"id": "v"}]}"#
    try await expect(VideoServer.response(200, twice), calls: 1) {
      $0 == .duplicateVideo(position: 3)
    }
  }

  @Test(
    "says which status it was answered with, and follows no redirect",
    arguments: [
      201, 204, 302, 400, 401, 404, 429, 500, 502, 504,
    ])
  func status(code: Int) async throws {
    let answer = VideoServer.response(code, Self.reply, headers: [("location", "/elsewhere")])
    try await expect(answer, calls: 1) { $0 == .status(code) }
  }

  @Test("asks once more after a 503, and not again after two")
  func unavailable() async throws {
    try await expect(VideoServer.response(503, ""), calls: 2) { $0 == .status(503) }
    try await VideoServer.answering { number in
      VideoServer.response(number == 1 ? 503 : 200, Self.reply)
    } during: { server async throws in
      #expect(try await search(server.url) { try await $0.ids("x") } == ["v1", "v2", "v3"])
      #expect(server.calls.count == 2)
    }
  }

  @Test("reads no reply that is too large")
  func oversize() async throws {
    let large = #"{"videos": [{"id": "\#(String(repeating: "x", count: 5_000))"}]}"#
    try await expect(VideoServer.response(200, large), calls: 1, maximumReplyBytes: 4_096) {
      $0 == .replyTooLarge(limit: 4_096)
    }
    try await expect(Self.endless, calls: 1, maximumReplyBytes: 4_096) {
      $0 == .replyTooLarge(limit: 4_096)
    }
  }

  @Test("ends in time when the answer does not come, or comes without end")
  func timeout() async throws {
    let limit = Duration.milliseconds(200)
    let silent: VideoServer.Answer = { _ in
      try await Task.sleep(for: .seconds(60))
      return VideoServer.response(200, Self.reply)
    }
    let endless: VideoServer.Answer = { _ in
      Response(
        status: .ok,
        body: ResponseBody { writer in
          for _ in 0..<600 {
            try await writer.write(ByteBuffer(string: " "))
            try await Task.sleep(for: .milliseconds(100))
          }
          try await writer.finish(nil)
        })
    }
    for answer in [silent, endless] {
      try await expect(calls: 1, timeout: limit, answer) { $0 == .timeout(limit) }
    }
  }

  @Test("says so when nothing listens")
  func unreachable() async throws {
    // The port of a server that has ended.
    let closed = Mutex("")
    try await VideoServer.answering { _ in
      VideoServer.response(200, Self.reply)
    } during: { server async throws in
      closed.withLock { $0 = server.url }
    }
    let url = closed.withLock { $0 }
    let error = await #expect(throws: VideoSearchError.self) {
      try await search(url) { try await $0.ids("x") }
    }
    guard case .unreachable = error?.reason else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(error?.description.hasPrefix("Video search \(url): no connection: ") == true)
  }

  @Test(
    "needs a URL that can be asked",
    arguments: ["", "videos", "ftp://host/", "http://", "file:///etc/passwd", "http:// /"])
  func invalidURL(url: String) {
    let error = #expect(throws: VideoSearchError.self) { try HTTPVideoSearch(url: url) }
    #expect(error?.reason == .invalidURL)
  }

  @Test("is over once it is closed, and when its task is cancelled")
  func ended() async throws {
    try await VideoServer.answering { _ in
      try await Task.sleep(for: .seconds(60))
      return VideoServer.response(200, Self.reply)
    } during: { server async throws in
      let client = try HTTPVideoSearch(url: server.url, timeout: .seconds(60))
      let task = Task { try await client.ids("x") }
      task.cancel()
      await #expect(throws: CancellationError.self) { try await task.value }
      try await client.close()
      let error = await #expect(throws: VideoSearchError.self) { try await client.ids("x") }
      #expect(error?.reason == .closed)
    }
  }

  // MARK: A server, a client, an error

  /// Expects one search to fail for a reason after so many calls, with nothing said of the key.
  private func expect(
    _ answer: Response, calls: Int, maximumReplyBytes: Int = 1 << 20,
    _ matches: @escaping @Sendable (VideoSearchError.Reason) -> Bool
  ) async throws {
    let always: VideoServer.Answer = { _ in answer }
    try await expect(calls: calls, maximumReplyBytes: maximumReplyBytes, always, matches)
  }

  private func expect(
    calls: Int, timeout: Duration = .seconds(20), maximumReplyBytes: Int = 1 << 20,
    _ answer: @escaping VideoServer.Answer,
    _ matches: @escaping @Sendable (VideoSearchError.Reason) -> Bool
  ) async throws {
    try await VideoServer.answering(answer) { server in
      let error = await #expect(throws: VideoSearchError.self) {
        try await search(
          server.url, key: BearerKey("s3cret"), timeout: timeout,
          maximumReplyBytes: maximumReplyBytes
        ) { try await $0.ids("x") }
      }
      let thrown = try #require(error)
      #expect(matches(thrown.reason), "\(thrown)")
      #expect(server.calls.count == calls)
      #expect(!"\(thrown)".contains("s3cret"))
      #expect(thrown.description.hasPrefix("Video search \(server.url): "))
    }
  }

  private func search<Value: Sendable>(
    _ url: String, key: BearerKey? = nil, timeout: Duration = .seconds(20),
    maximumReplyBytes: Int = 1 << 20, _ body: (HTTPVideoSearch) async throws -> Value
  ) async throws -> Value {
    let client = try HTTPVideoSearch(
      url: url, key: key, timeout: timeout, maximumReplyBytes: maximumReplyBytes)
    let result: Result<Value, any Error>
    do { result = .success(try await body(client)) } catch { result = .failure(error) }
    try await client.close()
    return try result.get()
  }

  private static var endless: Response {
    Response(
      status: .ok,
      body: ResponseBody { writer in
        for _ in 0..<1_000 { try await writer.write(ByteBuffer(repeating: 0x20, count: 1_024)) }
        try await writer.finish(nil)
      })
  }
}
