import Crypto
import HTTPTypes
import Hummingbird
import NIOCore

/// `GET /v1/fleet`: how the fleet is, as JSON; `GET /fleet`: the same for people.
enum FleetRoutes {
  /// Methods by path, for who answers OPTIONS and refuses others.
  static let methods: [String: [HTTPRequest.Method]] = [
    "/v1/fleet": [.get], "/fleet": [.get], "/fleet.css": [.get], "/fleet.js": [.get],
  ]

  static func add(to router: Router<LookupContext>, feed: FleetFeed) {
    router.get("/v1/fleet") { _, _ in
      Response(
        status: .ok, headers: [.contentType: "application/json", .cacheControl: "no-store"],
        body: ResponseBody(byteBuffer: try feed.json()))
    }
    for asset in FleetAsset.all {
      router.get(RouterPath(asset.path)) { request, _ in asset.response(to: request) }
    }
  }
}

/// A file of the fleet's page, held in the program.
struct FleetAsset: Sendable {
  let path: String
  private let type: String
  private let body: ByteBuffer
  private let entityTag: String

  static let all = [
    FleetAsset(path: "/fleet", type: "text/html; charset=utf-8", text: FleetPageText.html),
    FleetAsset(path: "/fleet.css", type: "text/css; charset=utf-8", text: FleetPageText.style),
    FleetAsset(
      path: "/fleet.js", type: "text/javascript; charset=utf-8",
      text: FleetPageText.drawing + FleetPageText.script),
  ]

  /// Only the server's own files run and are shown, there is nothing to submit, and no other page may frame it.
  private static let policy = """
    default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; \
    base-uri 'none'; form-action 'none'; frame-ancestors 'none'
    """

  private init(path: String, type: String, text: String) {
    self.path = path
    self.type = type
    body = ByteBuffer(string: text)
    let digest = SHA256.hash(data: Array(text.utf8)).prefix(12)
    entityTag = "\"" + digest.map { String($0, radix: 16) }.joined() + "\""
  }

  func response(to request: Request) -> Response {
    let headers: HTTPFields = [
      .contentType: type, .cacheControl: "no-cache", .eTag: entityTag,
      .contentSecurityPolicy: Self.policy,
    ]
    guard !EntityTag.matches(entityTag, request.headers[.ifNoneMatch]) else {
      return .notModified(headers)
    }
    return Response(status: .ok, headers: headers, body: ResponseBody(byteBuffer: body))
  }
}

/// The fleet's page as text; see the extensions.
enum FleetPageText {}
