import HTTPTypes
import Highlights
import HighlightsProtocol
import Hummingbird
import Logging
import NIOCore
import SwiftProtobuf

/// `GET /v1/videos/search`: the videos that fit, without their transcripts.
struct VideoRoute: Sendable {
  let desk: LookupDesk

  func respond(to request: Request) async throws -> Response {
    let parameters = try QueryParameters(
      query: request.uri.query, allowed: ["q", "locale", "limit"])
    let text = try parameters.required("q", allowed: "a text")
    let search = try LookupRequest.search(text, locale: parameters["locale"] ?? "")
    let limit = try limit(parameters["limit"])
    let found = desk.shown(try await videos(search, limit: limit))
    var body = ByteBuffer(string: "{\"videos\":[")
    for (index, video) in found.prefix(limit).enumerated() {
      let card = VideoCard.with {
        $0.id = video.id
        $0.title = video.title
        $0.creator = video.creator
        $0.durationMs = video.durationMs
      }
      if index > 0 { body.writeString(",") }
      body.writeBytes(try MessageCodec().encode(card, as: .json))
    }
    body.writeString("]}")
    return Response(
      status: .ok, headers: [.contentType: "application/json", .cacheControl: "no-store"],
      body: ResponseBody(byteBuffer: body))
  }

  private func limit(_ value: String?) throws(APIError) -> Int {
    let most = desk.configuration.videosPerSearch
    guard let value else { return most }
    guard let limit = Int(value), (1...most).contains(limit) else {
      throw .badParameter(
        name: "limit", value: QueryParameters.bounded(value), allowed: "1 to \(most)")
    }
    return limit
  }

  private func videos(_ search: Search, limit: Int) async throws -> [Video] {
    guard let videos = desk.videos else { return [] }
    do {
      return try await withTimeLimit(desk.configuration.limits.work) {
        try await videos.videos(
          for: search.text, locale: search.locale.description, limit: limit)
      }
    } catch {
      desk.logger.error("Videos were not found", metadata: ["error": "\(error)"])
      throw APIError.unavailable("Videos cannot be searched now.", retryAfter: .seconds(2))
    }
  }
}
