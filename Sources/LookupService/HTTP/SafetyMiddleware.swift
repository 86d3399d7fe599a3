import HTTPTypes
import HighlightStore
import Hummingbird
import Logging
import NIOHTTP1

/// Gives every answer the headers that keep browsers from guessing, and every error one shape.
///
/// What went wrong inside is logged and never answered.
struct SafetyMiddleware: RouterMiddleware {
  let headers: SafetyHeaders
  let desk: LookupDesk

  func handle(
    _ request: Request, context: LookupContext,
    next: (Request, LookupContext) async throws -> Response
  ) async throws -> Response {
    var response: Response
    if request.method == .options, let methods = Endpoints.methods(at: request.uri.path) {
      response = preflight(methods)
    } else {
      do {
        response = try await next(request, context)
      } catch let error as HTTPParserError {
        // The connection's own business: it answers 400 and closes.
        throw error
      } catch {
        desk.metrics.countFailed()
        response = apiError(error, request).response()
      }
    }
    headers.add(to: &response.headers, origin: request.headers[.origin])
    if request.method == .head { Self.dropBody(&response) }
    return response
  }

  /// Keeps the length that the body has, where it has one.
  private static func dropBody(_ response: inout Response) {
    let length = response.headers[.contentLength]
    response.body = ResponseBody()
    response.headers[.contentLength] = length
  }

  private func apiError(_ error: any Error, _ request: Request) -> APIError {
    switch error {
    case let error as APIError: return error
    case let error as HTTPError where error.status == .notFound:
      guard let methods = Endpoints.methods(at: request.uri.path),
        !methods.contains(request.method)
      else { return .unknownPath }
      return .methodNotAllowed(allowed: methods.map(\.rawValue) + ["OPTIONS"])
    case is CancellationError:
      return .unavailable("The server is stopping.", retryAfter: .seconds(1))
    default:
      desk.logger.error(
        "A request failed",
        metadata: ["path": "\(QueryParameters.bounded(request.uri.path))", "error": "\(error)"])
      return .internalError
    }
  }

  private func preflight(_ methods: [HTTPRequest.Method]) -> Response {
    let allowed = (methods.map(\.rawValue) + ["OPTIONS"]).joined(separator: ", ")
    return Response(
      status: .noContent,
      headers: [
        .allow: allowed, .accessControlAllowMethods: allowed,
        .accessControlAllowHeaders: "authorization, content-type, if-none-match",
        .accessControlMaxAge: "600",
      ])
  }
}
