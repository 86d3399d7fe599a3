import HTTPTypes
import Hummingbird

/// What the service answers at which path.
enum Endpoints {
  /// Methods by path.
  static let methods: [String: [HTTPRequest.Method]] = [
    "/v1/highlights": [.get], "/v1/highlights/stream": [.get], "/v1/queries": [.post],
    "/v1/videos/search": [.get], "/healthz": [.get], "/": [.get], "/page.css": [.get],
    "/page.js": [.get], "/icon.svg": [.get],
  ]

  static func router(_ desk: LookupDesk) -> Router<LookupContext> {
    let configuration = desk.configuration
    let authority = Authority(configuration.tokens)
    let router = Router(context: LookupContext.self)
    router.add(
      middleware: SafetyMiddleware(allowedOrigins: configuration.allowedOrigins, desk: desk))
    router.add(middleware: ClientLimitMiddleware(configuration, time: desk.time))
    let highlights = HighlightRoute(desk: desk)
    router.get("/v1/highlights") { request, _ in try await highlights.respond(to: request) }
    let stream = StreamRoute(desk: desk)
    router.get("/v1/highlights/stream") { request, _ in try await stream.respond(to: request) }
    let queries = QueryRoute(desk: desk, authority: authority)
    router.post("/v1/queries") { request, _ in try await queries.respond(to: request) }
    let videos = VideoRoute(desk: desk)
    router.get("/v1/videos/search") { request, _ in try await videos.respond(to: request) }
    let health = HealthRoute(desk: desk)
    router.get("/healthz") { _, _ in try await health.respond() }
    for asset in PageAsset.all {
      router.get(RouterPath(asset.path)) { request, _ in asset.response(to: request) }
    }
    return router
  }
}
