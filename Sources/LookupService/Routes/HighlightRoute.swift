import HTTPTypes
import Highlights
import HighlightsProtocol
import Hummingbird
import NIOCore

extension HTTPField.Name {
  static var highlight: HTTPField.Name { highlightName }
}

// The name is a valid one, so it is there.
private let highlightName = HTTPField.Name("X-Highlight") ?? .server

/// What a look-up is answered with, before it is sent.
struct Answer: Sendable {
  let status: HTTPResponse.Status
  var headers: HTTPFields
  /// Nil where there must be none.
  let body: ByteBuffer?
}

/// `GET /v1/highlights`: the highlight of a search, or that it was queued.
struct HighlightRoute: Sendable {
  let desk: LookupDesk
  private let requests: ParsedRequests

  init(desk: LookupDesk) {
    self.desk = desk
    let limits = desk.configuration.limits
    requests = ParsedRequests(longestWait: limits.wait, bytes: limits.cacheBytes / 8)
  }

  func respond(to request: Request) async throws -> Response {
    let asked = try requests.request(request.uri.query)
    switch try await desk.lookUp(asked.search, variant: asked.variant, wait: asked.wait) {
    case .queued(let retryAfter):
      return try queued(asked, retryAfter)
    case .highlight(let highlight, let freshness):
      return Response(answer(highlight, freshness, request.headers[.ifNoneMatch]))
    }
  }

  /// The answer that takes no waiting; nil where there is none, or where the request cannot be read.
  func answerAtOnce(_ query: String, ifNoneMatch: String?) -> Answer? {
    guard let asked = try? requests.request(query),
      case .highlight(let highlight, let freshness)? = desk.lookUpAtOnce(
        asked.search, variant: asked.variant)
    else { return nil }
    return answer(highlight, freshness, ifNoneMatch)
  }

  private func answer(
    _ highlight: PreparedHighlight, _ freshness: Freshness, _ ifNoneMatch: String?
  ) -> Answer {
    guard highlight.status != .withdrawn else {
      return Answer(
        status: .gone, headers: [.contentType: "application/json", .cacheControl: "no-cache"],
        body: highlight.body)
    }
    var headers = headers(highlight, freshness)
    guard highlight.status == .answered else {
      return Answer(status: .notFound, headers: headers, body: highlight.body)
    }
    headers.append(HTTPField(name: .eTag, value: highlight.entityTag))
    let isKnown = EntityTag.matches(highlight.entityTag, ifNoneMatch)
    return Answer(
      status: isKnown ? .notModified : .ok, headers: headers,
      body: isKnown ? nil : highlight.body)
  }

  private func headers(_ highlight: PreparedHighlight, _ freshness: Freshness) -> HTTPFields {
    let now = desk.time.now().milliseconds
    let age = max(0, now - highlight.times.generatedAt.milliseconds) / 1_000
    var headers = HTTPFields()
    headers.reserveCapacity(12)
    for (name, value) in [
      (.contentType, "application/json"), (.age, String(age)),
      (.highlight, freshness == .fresh ? "fresh" : "stale"),
      (.cacheControl, cacheControl(highlight.times, freshness, age: age, now: now)),
    ] as [(HTTPField.Name, String)] {
      headers.append(HTTPField(name: name, value: value))
    }
    return headers
  }

  /// `max-age` counts from the moment it was generated, as `Age` does (RFC 9111, 4.2).
  private func cacheControl(
    _ times: HighlightTimes, _ freshness: Freshness, age: Int64, now: Int64
  ) -> String {
    guard freshness == .fresh else { return "public, max-age=0, must-revalidate" }
    let remaining = (times.freshUntil.milliseconds - now) / 1_000
    let lives = desk.configuration.lives
    let shared = lives.shared.inSeconds * (1 - lives.jitter * desk.time.chance())
    return "public, max-age=\(age + max(0, min(remaining, Int64(shared))))"
  }

  private struct Queued: Encodable {
    let status = "queued"
    let key: String
    let held: HoldNote?
  }

  private func queued(_ asked: LookupRequest, _ retryAfter: Duration) throws -> Response {
    let key = asked.search.key.description
    let held = desk.hold(of: key)?.note(at: desk.time.now())
    var response = try Response.json(Queued(key: key, held: held), status: .accepted)
    response.headers[.retryAfter] = String(retryAfter.retrySeconds)
    return response
  }
}

extension Response {
  init(_ answer: Answer) {
    if let body = answer.body {
      self.init(
        status: answer.status, headers: answer.headers, body: ResponseBody(byteBuffer: body))
    } else {
      self = .notModified(answer.headers)
    }
  }

  /// 304, without a length: it would have to be that of what is not sent.
  static func notModified(_ headers: HTTPFields) -> Response {
    var response = Response(status: .notModified, headers: headers)
    response.headers[.contentLength] = nil
    return response
  }
}

/// Entity tags as requests name them.
enum EntityTag {
  /// Whether `If-None-Match` names a tag, by weak comparison (RFC 9110, 8.8.3.2 and 13.1.2).
  static func matches(_ tag: String, _ ifNoneMatch: String?) -> Bool {
    guard let ifNoneMatch else { return false }
    return ifNoneMatch.split(separator: ",").contains { part in
      var candidate = part.drop { $0 == " " }
      while candidate.last == " " { candidate.removeLast() }
      if candidate == "*" { return true }
      if candidate.hasPrefix("W/") { candidate = candidate.dropFirst(2) }
      return candidate == tag
    }
  }
}
