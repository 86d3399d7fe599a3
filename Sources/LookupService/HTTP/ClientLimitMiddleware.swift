import HTTPTypes
import Hummingbird
import NIOCore
import Synchronization

/// Counts what each client asks.
final class ClientGate: Sendable {
  private let limits: Mutex<ClientLimits>
  private let proxies: Int
  private let time: LookupTime

  init(_ configuration: LookupServiceConfiguration, time: LookupTime) {
    limits = Mutex(
      ClientLimits(configuration.limits.client, clients: configuration.limits.clients))
    proxies = configuration.forwardingProxies
    self.time = time
  }

  /// Counts one request; one that is refused does not count.
  func take(_ headers: HTTPFields, from remote: SocketAddress?) -> TokenBucket.Verdict {
    let forwardedFor = proxies > 0 ? headers[.forwardedFor] : nil
    let client = Caller(remote: remote, forwardedFor: forwardedFor, proxies: proxies)
    return limits.withLock { $0.take(for: client, at: time.elapsed()) }
  }

  func isLetIn(_ headers: HTTPFields, from remote: SocketAddress?) -> Bool {
    take(headers, from: remote) == .taken
  }
}

/// Refuses what one client asks beyond its rate.
///
/// Health checks and the page's own files are not counted.
struct ClientLimitMiddleware: RouterMiddleware {
  let clients: ClientGate

  func handle(
    _ request: Request, context: LookupContext,
    next: (Request, LookupContext) async throws -> Response
  ) async throws -> Response {
    guard request.uri.path.hasPrefix("/v1/") else { return try await next(request, context) }
    if case .refused(let retryAfter) = clients.take(request.headers, from: context.remoteAddress) {
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
