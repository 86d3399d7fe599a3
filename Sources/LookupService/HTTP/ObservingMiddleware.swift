import CoreMetrics
import HTTPTypes
import Hummingbird
import Tracing

/// Measures requests, and has each in a span that follows from its caller's.
///
/// Neither path nor query is recorded as it was sent: the one may be anything, the other is what people search for.
struct ObservingMiddleware: RouterMiddleware {
  private static let methods: Set<HTTPRequest.Method> = [
    .get, .head, .post, .put, .delete, .options, .patch,
  ]

  func handle(
    _ request: Request, context: LookupContext,
    next: (Request, LookupContext) async throws -> Response
  ) async throws -> Response {
    let route = Endpoints.route(at: request.uri.path) ?? "other"
    let method = Self.methods.contains(request.method) ? request.method.rawValue : "other"
    guard !(InstrumentationSystem.tracer is NoOpTracer) else {
      return try await measured(route, method) { try await next(request, context) }
    }
    var parent = InstrumentationContext.topLevel
    InstrumentationSystem.instrument.extract(
      request.headers, into: &parent, using: HTTPFieldsExtractor())
    return try await withSpan("\(method) \(route)", context: parent, ofKind: .server) { span in
      let response = try await measured(route, method) { try await next(request, context) }
      guard span.isRecording else { return response }
      let code = Int(response.status.code)
      span.updateAttributes { attributes in
        attributes["http.request.method"] = method
        attributes["http.route"] = route
        attributes["http.response.status_code"] = code
      }
      if code >= 500 { span.setStatus(SpanStatus(code: .error)) }
      return response
    }
  }

  /// Within the span, so that a slow bucket leads to a trace.
  private func measured(
    _ route: String, _ method: String, _ body: () async throws -> Response
  ) async throws -> Response {
    let started = ContinuousClock.now
    // What is thrown here is a request that could not be parsed.
    var status = 400
    defer { Self.record(route, method, status, .now - started) }
    let response = try await body()
    status = Int(response.status.code)
    return response
  }

  private static func record(
    _ route: String, _ method: String, _ status: Int, _ duration: Duration
  ) {
    LookupMetrics.request(route: route, method: method, status: status)
      .recordNanoseconds(Int64(duration / .nanoseconds(1)))
  }
}

private struct HTTPFieldsExtractor: Extractor {
  func extract(key: String, from fields: HTTPFields) -> String? {
    HTTPField.Name(key).flatMap { fields[$0] }
  }
}
