import HTTPTypes
import Hummingbird
import Synchronization

/// Refuses what one client asks beyond its rate.
///
/// Health checks and the page's own files are not counted.
final class ClientLimitMiddleware: RouterMiddleware {
  private let limits: Mutex<ClientLimits>
  private let proxies: Int
  private let time: LookupTime

  init(_ configuration: LookupServiceConfiguration, time: LookupTime) {
    limits = Mutex(
      ClientLimits(configuration.limits.client, clients: configuration.limits.clients))
    proxies = configuration.forwardingProxies
    self.time = time
  }

  func handle(
    _ request: Request, context: LookupContext,
    next: (Request, LookupContext) async throws -> Response
  ) async throws -> Response {
    guard request.uri.path.hasPrefix("/v1/") else { return try await next(request, context) }
    let forwardedFor = proxies > 0 ? request.headers[.forwardedFor] : nil
    let client = ClientAddress.name(
      remote: context.remoteAddress, forwardedFor: forwardedFor, proxies: proxies)
    let verdict = limits.withLock { $0.take(for: client, at: time.elapsed()) }
    if case .refused(let retryAfter) = verdict {
      throw APIError.tooManyRequests(retryAfter: retryAfter)
    }
    return try await next(request, context)
  }
}

extension HTTPField.Name {
  static var forwardedFor: HTTPField.Name { forwardedForName }
}

// The name is a valid one, so it is there.
private let forwardedForName = HTTPField.Name("X-Forwarded-For") ?? .server
