import HTTPTypes
import Highlights
import HighlightsProtocol
import Hummingbird
import NIOCore

/// `GET /v1/highlights/stream`: what becomes of a search, as server-sent events.
///
/// `queued` while it has no highlight, `held` while its search waits for a cause, then `answered` with the highlight,
/// also one that says that there is no answer, or `failed` with an error; after either the stream ends.
struct StreamRoute: Sendable {
  let desk: LookupDesk

  /// How often a comment shows that the connection is alive, and finds out whether it is.
  private static let heartbeat = Duration.seconds(15)

  func respond(to request: Request) async throws -> Response {
    let asked = try LookupRequest(
      query: request.uri.query, longestWait: .zero, canWait: false)
    let key = desk.variantKey(of: asked.search, variant: asked.variant)
    if let found = try await desk.find(key) {
      let events = answer(desk.served(found, for: asked.search, key))
      return Self.response(
        ResponseBody(byteBuffer: ByteBuffer(string: events)))
    }
    guard desk.isLive(key) else { throw APIError.notInVariant(key.variant) }
    guard let waiting = desk.startWaiting(for: key.key) else {
      throw APIError.unavailable("Too many clients wait.", retryAfter: .seconds(5))
    }
    do {
      let estimate = try await desk.publishOnce(asked.search)
      return stream(asked, key, waiting, estimate)
    } catch {
      desk.stopWaiting(waiting.waiter)
      throw error
    }
  }

  private func stream(
    _ asked: LookupRequest, _ key: VariantKey, _ waiting: LookupDesk.Waiting, _ estimate: Duration
  ) -> Response {
    // Runs out on its own, so that waiting ends also where the body is never asked for.
    let timer = Task { [desk, limit = desk.configuration.limits.stream] in
      let clock = ContinuousClock()
      let end = clock.now + limit
      while clock.now < end, (try? await clock.sleep(for: min(Self.heartbeat, limit))) != nil {
        waiting.continuation.yield(.waiting)
      }
      desk.stopWaiting(waiting.waiter)
      waiting.continuation.finish()
    }
    let data = "{\"key\":\"\(key.key)\",\"estimate_ms\":\(estimate.inMilliseconds)}"
    let queued = Self.event("queued", data)
    return Self.response(
      ResponseBody { writer in
        defer { timer.cancel() }
        try await writer.write(ByteBuffer(string: queued))
        let last = try await self.lastEvent(asked, key, waiting, queued: queued) {
          try await writer.write(ByteBuffer(string: $0))
        }
        desk.stopWaiting(waiting.waiter)
        try await writer.write(ByteBuffer(string: last))
        try await writer.finish(nil)
      })
  }

  private func lastEvent(
    _ asked: LookupRequest, _ key: VariantKey, _ waiting: LookupDesk.Waiting, queued: String,
    write: (String) async throws -> Void
  ) async throws -> String {
    // It may have come by between the look and the first moment of waiting.
    if let found = desk.remembered(key) {
      return answer(desk.served(found, for: asked.search, key))
    }
    var told = desk.hold(of: key.key)
    if let told { try await write(held(told)) }
    for await event in waiting.events {
      switch event {
      case .waiting: try await write(":\n\n")
      case .held(let hold?) where hold.tellsMore(than: told):
        told = hold
        try await write(held(hold))
      case .held(nil) where told != nil:
        told = nil
        try await write(queued)
      default: break
      }
      do {
        if let found = try await desk.resolved(event, key) {
          return answer(desk.served(found, for: asked.search, key))
        }
      } catch let error as APIError {
        return Self.event("failed", String(buffer: error.body()))
      }
    }
    if let found = desk.remembered(key) {
      return answer(desk.served(found, for: asked.search, key))
    }
    return Self.event("failed", String(buffer: APIError.stillWaiting.body()))
  }

  private func held(_ hold: SearchHold) throws -> String {
    Self.event("held", String(buffer: try .json(hold.note(at: desk.time.now()))))
  }

  private func answer(_ reply: LookupReply) -> String {
    guard case .highlight(let highlight, _) = reply, !highlight.isWithdrawn else {
      return Self.event("failed", String(buffer: reply.body))
    }
    return Self.event("answered", String(buffer: highlight.json))
  }

  /// Data is JSON on one line, as an event wants it.
  private static func event(_ name: String, _ data: String) -> String {
    "event: \(name)\ndata: \(data)\n\n"
  }

  private static func response(_ body: ResponseBody) -> Response {
    Response(
      status: .ok,
      headers: [.contentType: "text/event-stream; charset=utf-8", .cacheControl: "no-store"],
      body: body)
  }
}

extension LookupReply {
  fileprivate var body: ByteBuffer {
    switch self {
    case .highlight(let highlight, _): highlight.body
    case .queued: APIError.stillWaiting.body()
    }
  }
}
