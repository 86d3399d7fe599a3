import HTTPTypes
import Highlights
import Hummingbird
import Logging

/// Withdraws highlights and videos, and lifts that, for who bears the admin token.
///
/// What was done holds here before it is answered, whenever `search.control` tells of it.
struct TakedownRoute: Sendable {
  let desk: LookupDesk
  let authority: Authority
  /// Nil where there is nothing to withdraw with.
  let takedowns: (any TakedownDesk)?

  /// `DELETE /v1/highlights`.
  func withdraw(_ request: Request) async throws -> Response {
    try await changeHighlight(request, isReasonRequired: true) { desk, search, asked in
      try await desk.withdraw(search, reason: asked.reason, actor: asked.actor)
    }
  }

  /// `POST /v1/highlights/restore`.
  func restore(_ request: Request) async throws -> Response {
    try await changeHighlight(request, isReasonRequired: false) { desk, search, asked in
      try await desk.restore(search, reason: asked.reason, actor: asked.actor)
    }
  }

  /// `DELETE /v1/videos/{id}`.
  func withdrawVideo(_ request: Request) async throws -> Response {
    let takedowns = try admitted(request)
    let id = try TakedownRequest.videoID(path: request.uri.path, suffix: "")
    let asked = try TakedownRequest(query: request.uri.query, names: [], isReasonRequired: true)
    let count = try await finished("video \(id)") {
      try await takedowns.withdrawVideo(id, reason: asked.reason, actor: asked.actor)
    }
    desk.setVideo(id, isWithdrawn: true)
    return try .json(VideoChange(videoID: id, isWithdrawn: true, highlights: count))
  }

  /// `POST /v1/videos/{id}/restore`.
  func restoreVideo(_ request: Request) async throws -> Response {
    let takedowns = try admitted(request)
    let id = try TakedownRequest.videoID(path: request.uri.path, suffix: "/restore")
    let asked = try TakedownRequest(query: request.uri.query, names: [], isReasonRequired: false)
    let count = try await finished("video \(id)") {
      try await takedowns.restoreVideo(id, reason: asked.reason, actor: asked.actor)
    }
    desk.setVideo(id, isWithdrawn: false)
    return try .json(VideoChange(videoID: id, isWithdrawn: false, highlights: count))
  }

  private func changeHighlight(
    _ request: Request, isReasonRequired: Bool,
    _ change:
      @escaping @Sendable (any TakedownDesk, Search, TakedownRequest) async throws ->
      HighlightTakedown
  ) async throws -> Response {
    let takedowns = try admitted(request)
    let asked = try TakedownRequest(
      query: request.uri.query, names: ["q", "locale"], isReasonRequired: isReasonRequired)
    let search = try asked.search()
    let key = search.key.description
    let change = try await finished("key \(key)") { try await change(takedowns, search, asked) }
    desk.set(epoch: change.epoch, forKey: key)
    return try .json(
      HighlightChange(
        key: key, isWithdrawn: !change.epoch.isMultiple(of: 2), isChanged: change.isChanged,
        epoch: change.epoch))
  }

  private func admitted(_ request: Request) throws(APIError) -> any TakedownDesk {
    try authority.requireAdmin(authorization: request.headers[.authorization])
    guard let takedowns else { throw .notOffered("Takedowns") }
    return takedowns
  }

  /// Takedowns are many records: after an error it is not known how many of them were written.
  private func finished<Value: Sendable>(
    _ what: String, _ body: @escaping @Sendable () async throws -> Value
  ) async throws -> Value {
    do {
      return try await withTimeLimit(desk.configuration.limits.takedown, body)
    } catch {
      desk.logger.error(
        "A takedown was not finished",
        metadata: ["of": "\(QueryParameters.bounded(what))", "error": "\(error)"])
      throw APIError.unavailable(
        "It could not be finished now and may hold in part; send it again.",
        retryAfter: .seconds(2))
    }
  }

  private struct HighlightChange: Encodable {
    let key: String
    let isWithdrawn: Bool
    let isChanged: Bool
    let epoch: UInt32

    enum CodingKeys: String, CodingKey {
      case key
      case isWithdrawn = "withdrawn"
      case isChanged = "changed"
      case epoch = "withdrawal_epoch"
    }
  }

  private struct VideoChange: Encodable {
    let videoID: String
    let isWithdrawn: Bool
    let highlights: Int

    enum CodingKeys: String, CodingKey {
      case videoID = "video_id"
      case isWithdrawn = "withdrawn"
      case highlights
    }
  }
}
