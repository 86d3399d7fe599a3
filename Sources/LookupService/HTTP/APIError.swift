import Foundation
import HTTPTypes
import Hummingbird
import NIOCore

/// Why a request is not answered with what it asked for, as clients are told.
///
/// Nothing of an inner error is in it.
enum APIError: Error, Sendable, Hashable {
  /// A parameter has a value that it may not have (400).
  case badParameter(name: String, value: String, allowed: String)
  /// A body cannot be read (400).
  case badBody(String)
  /// A line of a body is no usable search (400); lines count from 1.
  case badQuery(line: Int, code: String, problem: String)
  /// No token, or another one (401).
  case unauthorized
  /// Nobody may, or not with that token (403).
  case forbidden(String)
  /// There is no such route (404).
  case unknownPath
  /// The named variant has no highlight, and only live searches are written (404).
  case notInVariant(String)
  case noAnswer(filtered: Bool, reason: String)
  case withdrawn(reason: String)
  /// The route has other methods (405).
  case methodNotAllowed(allowed: [String])
  /// Over so many bytes, or lines (413).
  case tooLarge(String)
  case unsupportedType(String)
  /// Too many requests of one client (429).
  case tooManyRequests(retryAfter: Duration)
  /// Too many searches without a highlight, over all clients (429).
  case tooManyNewSearches(retryAfter: Duration)
  case failed(reason: String, retryAfter: Duration)
  /// What it takes to answer cannot be reached, or as much is waiting as may (503).
  case unavailable(String, retryAfter: Duration)
  /// The search did not end in time (only in a stream of events).
  case stillWaiting
  case timedOut
  case internalError
  /// This server has no means of doing it (501).
  case notOffered(String)

  var status: HTTPResponse.Status {
    switch self {
    case .badParameter, .badBody, .badQuery: .badRequest
    case .unauthorized: .unauthorized
    case .forbidden: .forbidden
    case .unknownPath, .notInVariant, .noAnswer: .notFound
    case .withdrawn: .gone
    case .methodNotAllowed: .methodNotAllowed
    case .tooLarge: .contentTooLarge
    case .unsupportedType: .unsupportedMediaType
    case .tooManyRequests, .tooManyNewSearches: .tooManyRequests
    case .failed, .unavailable, .timedOut, .stillWaiting: .serviceUnavailable
    case .internalError: .internalServerError
    case .notOffered: .notImplemented
    }
  }

  /// A stable word.
  var code: String {
    switch self {
    case .badParameter: "bad_parameter"
    case .badBody: "bad_body"
    case .badQuery(_, let code, _): code
    case .unauthorized: "unauthorized"
    case .forbidden: "forbidden"
    case .unknownPath: "unknown_path"
    case .notInVariant: "not_in_variant"
    case .noAnswer(let filtered, _): filtered ? "filtered" : "no_answer"
    case .withdrawn: "withdrawn"
    case .methodNotAllowed: "method_not_allowed"
    case .tooLarge: "too_large"
    case .unsupportedType: "unsupported_type"
    case .tooManyRequests: "too_many_requests"
    case .tooManyNewSearches: "too_many_new_searches"
    case .failed: "search_failed"
    case .unavailable: "unavailable"
    case .timedOut: "timed_out"
    case .stillWaiting: "still_waiting"
    case .internalError: "internal"
    case .notOffered: "not_offered"
    }
  }

  /// Why a search has no answer, where the error is about that.
  var reason: String? {
    switch self {
    case .noAnswer(_, let reason), .withdrawn(let reason), .failed(let reason, _): reason
    default: nil
    }
  }

  var retryAfter: Duration? {
    switch self {
    case .tooManyRequests(let retryAfter), .tooManyNewSearches(let retryAfter),
      .failed(_, let retryAfter), .unavailable(_, let retryAfter):
      retryAfter
    case .timedOut, .stillWaiting: .seconds(1)
    default: nil
    }
  }
}

extension APIError: CustomStringConvertible {
  /// What is wrong and what is allowed.
  var description: String {
    switch self {
    case .badParameter(let name, let value, let allowed):
      "\(name) is \"\(value)\"; allowed: \(allowed)."
    case .badBody(let problem): problem
    case .badQuery(let line, _, let problem): "Search \(line): \(problem)."
    case .unauthorized: "Send the token as \"Authorization: Bearer …\"."
    case .forbidden(let why): why
    case .unknownPath: "There is nothing at this path."
    case .notInVariant(let variant):
      "The variant \"\(variant)\" has no highlight for it, and searches are written in the live "
        + "variant only."
    case .noAnswer(filtered: true, _): "The provider's content filter refused to answer."
    case .noAnswer(filtered: false, _): "The videos do not answer this search."
    case .withdrawn: "The highlight of this search was withdrawn."
    case .methodNotAllowed(let allowed): "Allowed here: \(allowed.joined(separator: ", "))."
    case .tooLarge(let bound): "The request is too large; at most \(bound)."
    case .unsupportedType(let allowed): "Send it as \(allowed)."
    case .tooManyRequests: "This client sends too many requests."
    case .tooManyNewSearches:
      "Too many searches that have no highlight yet; those that have one are answered."
    case .failed: "The search could not be answered this time."
    case .unavailable(let what, _): what
    case .timedOut: "Reading what it takes to answer took too long."
    case .stillWaiting: "The search has not ended yet; ask again."
    case .internalError: "Something went wrong here; the log says what."
    case .notOffered(let what): "\(what) are not offered by this server."
    }
  }
}

extension APIError {
  private struct Body: Encodable {
    let code: String
    let message: String
    let reason: String?
  }

  /// `{"error":{"code":…,"message":…}}`, with one more member where `key` names it.
  func body(adding key: String? = nil, json: [UInt8] = []) -> ByteBuffer {
    let error = Self.encoded(Body(code: code, message: description, reason: reason))
    var buffer = ByteBuffer()
    buffer.writeString("{\"error\":")
    buffer.writeBytes(error)
    if let key {
      buffer.writeString(",\"\(key)\":")
      buffer.writeBytes(json)
    }
    buffer.writeString("}")
    return buffer
  }

  func response() -> Response {
    var headers: HTTPFields = [.contentType: "application/json", .cacheControl: "no-store"]
    if let retryAfter { headers[.retryAfter] = String(retryAfter.retrySeconds) }
    if case .methodNotAllowed(let allowed) = self {
      headers[.allow] = allowed.joined(separator: ", ")
    }
    if case .unauthorized = self { headers[.wwwAuthenticate] = "Bearer" }
    return Response(status: status, headers: headers, body: ResponseBody(byteBuffer: body()))
  }

  private static func encoded(_ body: Body) -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    // Strings always can be encoded; an empty object keeps the answer well-formed all the same.
    return (try? encoder.encode(body)).map(Array.init) ?? Array("{}".utf8)
  }
}
