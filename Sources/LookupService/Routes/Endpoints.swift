import HTTPTypes
import Hummingbird

/// What the service answers at which path.
enum Endpoints {
  /// Methods by path; `{id}` stands for one part of it.
  ///
  /// What can be got can be asked for by `HEAD` too, but a stream of events: it has no end before it is read.
  static let methods: [String: [HTTPRequest.Method]] =
    own.merging(FleetRoutes.methods) { own, _ in own }.reduce(into: [:]) { methods, path in
      let hasHead = path.value.contains(.get) && path.key != streamPath
      methods[path.key] = path.value.flatMap { $0 == .get && hasHead ? [.get, .head] : [$0] }
    }

  static let streamPath = "/v1/highlights/stream"
  private static let own: [String: [HTTPRequest.Method]] = [
    "/v1/highlights": [.get, .delete], streamPath: [.get], "/v1/highlights/restore": [.post],
    "/v1/queries": [.post], "/v1/videos/search": [.get, .delete], "/v1/videos/{id}": [.delete],
    "/v1/videos/{id}/restore": [.post], "/healthz": [.get], "/": [.get], "/page.css": [.get],
    "/page.js": [.get], "/icon.svg": [.get],
  ]

  private static let templates = methods.keys.filter { $0.contains("{") }.map(parts)

  /// Methods of what is at a path; nil where there is nothing.
  static func methods(at path: String) -> [HTTPRequest.Method]? {
    route(at: path).flatMap { methods[$0] }
  }

  /// The path as it is listed, `{id}` included; nil where there is nothing.
  static func route(at path: String) -> String? {
    if methods[path] != nil { return path }
    let given = parts(path)
    let template = templates.first { template in
      template.count == given.count
        && zip(template, given).allSatisfy { $0 == $1 || ($0.hasPrefix("{") && !$1.isEmpty) }
    }
    return template?.joined(separator: "/")
  }

  private static func parts(_ path: String) -> [Substring] {
    path.split(separator: "/", omittingEmptySubsequences: false)
  }

  /// - Parameter fleet: What is told of workers; nil where nothing is.
  static func router(
    _ highlights: HighlightRoute, _ headers: SafetyHeaders, _ clients: ClientGate,
    takedowns: (any TakedownDesk)?, fleet: FleetFeed?
  ) -> Router<LookupContext> {
    let desk = highlights.desk
    let authority = Authority(desk.configuration.tokens)
    let router = Router(context: LookupContext.self, options: .autoGenerateHeadEndpoints)
    router.add(middleware: ObservingMiddleware())
    router.add(middleware: SafetyMiddleware(headers: headers, desk: desk))
    router.add(middleware: ClientLimitMiddleware(clients: clients))
    router.get("/v1/highlights") { request, _ in try await highlights.respond(to: request) }
    let stream = StreamRoute(desk: desk)
    router.get(RouterPath(streamPath)) { request, _ in try await stream.respond(to: request) }
    router.head(RouterPath(streamPath)) { _, _ -> Response in
      throw APIError.methodNotAllowed(allowed: ["GET", "OPTIONS"])
    }
    let queries = QueryRoute(desk: desk, authority: authority)
    router.post("/v1/queries") { request, _ in try await queries.respond(to: request) }
    let videos = VideoRoute(desk: desk)
    router.get("/v1/videos/search") { request, _ in try await videos.respond(to: request) }
    add(TakedownRoute(desk: desk, authority: authority, takedowns: takedowns), to: router)
    let health = HealthRoute(desk: desk)
    router.get("/healthz") { _, _ in try await health.respond() }
    for asset in PageAsset.all {
      router.get(RouterPath(asset.path)) { request, _ in asset.response(to: request) }
    }
    if let fleet { FleetRoutes.add(to: router, feed: fleet) }
    return router
  }

  private static func add(_ takedowns: TakedownRoute, to router: Router<LookupContext>) {
    router.delete("/v1/highlights") { request, _ in try await takedowns.withdraw(request) }
    router.post("/v1/highlights/restore") { request, _ in try await takedowns.restore(request) }
    // A video may be called "search", and a path of its own hides that from the pattern.
    for id in ["search", "{id}"] {
      router.delete("/v1/videos/\(id)") { request, _ in
        try await takedowns.withdrawVideo(request)
      }
      router.post("/v1/videos/\(id)/restore") { request, _ in
        try await takedowns.restoreVideo(request)
      }
    }
  }
}
