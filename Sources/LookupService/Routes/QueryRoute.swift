import Foundation
import HTTPTypes
import Highlights
import HighlightsProtocol
import Hummingbird
import NIOCore

/// `POST /v1/queries`: publishes one search, or one a line; those of withdrawn highlights are left out.
struct QueryRoute: Sendable {
  let desk: LookupDesk
  let authority: Authority

  private static let types = "application/json, or one a line as application/x-ndjson"

  func respond(to request: Request) async throws -> Response {
    let authorization = request.headers[.authorization]
    try authority.requireWriter(authorization: authorization)
    let isOneALine = try Self.isOneALine(request.headers[.contentType])
    let body = try await read(request)
    let searches = try parse(body, isOneALine: isOneALine)
    let withdrawn = Set(
      searches.map(\.0.key.description).filter { desk.isWithdrawn(key: $0) })
    try await desk.publish(
      searches.filter { !withdrawn.contains($0.0.key.description) },
      isTrusted: authority.isWriter(authorization: authorization))
    return try Self.accepted(searches, withdrawn: withdrawn)
  }

  private static func isOneALine(_ contentType: String?) throws(APIError) -> Bool {
    let type = (contentType ?? "").prefix { $0 != ";" }.lowercased().filter { $0 != " " }
    switch type {
    case "application/json": return false
    case "application/x-ndjson", "application/jsonl", "application/x-jsonlines": return true
    default: throw .unsupportedType(types)
    }
  }

  private func read(_ request: Request) async throws -> ByteBuffer {
    let limit = desk.configuration.limits.bodyBytes
    let tooLarge = APIError.tooLarge("\(limit) bytes of body")
    if let length = request.headers[.contentLength].flatMap({ Int($0) }), length > limit {
      throw tooLarge
    }
    do {
      return try await withTimeLimit(desk.configuration.limits.work) {
        try await request.body.collect(upTo: limit)
      }
    } catch is NIOTooManyBytesError {
      throw tooLarge
    }
  }

  private func parse(
    _ body: ByteBuffer, isOneALine: Bool
  ) throws(APIError) -> [(Search, SearchQuery)] {
    let bytes = Array(body.readableBytesView)
    let lines =
      isOneALine
      ? bytes.split(separator: UInt8(ascii: "\n")).map(Array.init)
        .filter { $0 != [UInt8(ascii: "\r")] } : [bytes]
    guard !lines.isEmpty, !bytes.isEmpty else {
      throw .badBody("The body is empty; send at least one search.")
    }
    let most = desk.configuration.limits.queriesPerRequest
    guard lines.count <= most else { throw .tooLarge("\(most) searches") }
    var searches: [(Search, SearchQuery)] = []
    for (index, line) in lines.enumerated() {
      searches.append(try query(line, number: index + 1))
    }
    return searches
  }

  private func query(_ line: [UInt8], number: Int) throws(APIError) -> (Search, SearchQuery) {
    var query: SearchQuery
    do {
      query = try MessageCodec().decode(from: line, contentType: "application/json")
    } catch {
      throw .badQuery(line: number, code: error.reason, problem: error.description)
    }
    if query.queryID.isEmpty { query.queryID = LookupDesk.newID() }
    if !query.hasRequestedAt { query.requestedAt = desk.time.now().timestamp }
    do {
      return (try Search(query, fallbackID: query.queryID), query)
    } catch {
      throw .badQuery(line: number, code: error.reason, problem: error.description)
    }
  }

  private struct Accepted: Encodable {
    struct Query: Encodable {
      let queryID: String
      let key: String
      /// True for one that was not published, nil otherwise.
      let isWithdrawn: Bool?

      enum CodingKeys: String, CodingKey {
        case queryID = "query_id"
        case key
        case isWithdrawn = "withdrawn"
      }
    }
    let queries: [Query]
  }

  private static func accepted(
    _ searches: [(Search, SearchQuery)], withdrawn: Set<String>
  ) throws -> Response {
    let accepted = Accepted(
      queries: searches.map { search, query in
        let key = search.key.description
        return .init(
          queryID: query.queryID, key: key, isWithdrawn: withdrawn.contains(key) ? true : nil)
      })
    return try .json(accepted, status: .accepted)
  }
}

extension Response {
  /// A response that nobody keeps, whose body is `value`.
  static func json(
    _ value: some Encodable, status: HTTPResponse.Status = .ok
  ) throws -> Response {
    Response(
      status: status, headers: [.contentType: "application/json", .cacheControl: "no-store"],
      body: ResponseBody(byteBuffer: try .json(value)))
  }
}

extension ByteBuffer {
  /// A value as JSON on one line.
  static func json(_ value: some Encodable) throws -> ByteBuffer {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return ByteBuffer(bytes: Array(try encoder.encode(value)))
  }
}
