import HTTPTypes
import Hummingbird

/// Why a simulator refuses a request or does not run, as it tells its clients.
public enum GatewaySimulatorError: Error, Equatable, CustomStringConvertible {
  /// The key is missing or another one (401).
  case invalidKey
  /// The body is not a chat completion request (400).
  case invalidRequest(String)
  /// The body is over so many bytes (413).
  case requestTooLarge(limit: Int)
  /// As many requests wait as may (503).
  case queueFull
  /// A run-time setting has a value that it may not have (400).
  case invalidSetting(key: String, value: String, allowed: String)
  /// There is no such route (404).
  case notFound(String)
  /// The server stopped, or never could bind its port, so that it has none.
  case notRunning

  /// What is wrong and what is allowed.
  public var description: String {
    switch self {
    case .invalidKey: "Invalid API Key"
    case .invalidRequest(let reason): reason
    case .requestTooLarge(let limit): "The request body is over \(limit) bytes."
    case .queueFull: "Too many requests are waiting. Try again later."
    case .invalidSetting(let key, let value, let allowed):
      "\(key) is \(value); allowed: \(allowed)."
    case .notFound(let path):
      "There is no \(path) here; there are POST /v1/chat/completions, GET /v1/models, /health, "
        + "/stats, /admin/ledger, GET and PATCH /admin/settings, POST /admin/ledger/reset."
    case .notRunning: "The gateway simulator is not running: see why its run() ended."
    }
  }
}

extension GatewaySimulatorError: HTTPResponseError {
  /// The HTTP status of the refusal.
  public var status: HTTPResponse.Status {
    switch self {
    case .invalidKey: .unauthorized
    case .invalidRequest, .invalidSetting: .badRequest
    case .requestTooLarge: .contentTooLarge
    case .queueFull, .notRunning: .serviceUnavailable
    case .notFound: .notFound
    }
  }

  private var type: String {
    switch self {
    case .invalidKey: "authentication_error"
    case .invalidRequest, .requestTooLarge, .invalidSetting: "invalid_request_error"
    case .queueFull, .notRunning: "unavailable_error"
    case .notFound: "not_found_error"
    }
  }

  private var param: String? {
    if case .invalidSetting(let key, _, _) = self { key } else { nil }
  }

  /// The refusal in the shape of llama.cpp's server, whose `code` is the status as a number.
  public func response(from request: Request, context: some RequestContext) throws -> Response {
    let fault = ErrorBody.Fault(
      message: description, type: type, param: param, code: status.code)
    return try .json(ErrorBody(error: fault), status: status)
  }
}

private struct ErrorBody: Encodable {
  struct Fault: Encodable {
    let message: String
    let type: String
    let param: String?
    let code: Int
  }
  let error: Fault
}

/// Answers an unknown route in the shape of every other error.
struct UnknownRouteMiddleware<Context: RequestContext>: RouterMiddleware {
  func handle(
    _ request: Request, context: Context,
    next: (Request, Context) async throws -> Response
  ) async throws -> Response {
    do {
      return try await next(request, context)
    } catch let error as HTTPError where error.status == .notFound {
      throw GatewaySimulatorError.notFound("\(request.method.rawValue) \(request.uri.path)")
    }
  }
}
