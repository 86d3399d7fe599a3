import Crypto
import HTTPTypes
import Hummingbird
import NIOCore

/// A file of the page, held in the program.
struct PageAsset: Sendable {
  let path: String
  private let type: String
  private let body: ByteBuffer
  private let entityTag: String

  static let all = [
    PageAsset(path: "/", type: "text/html; charset=utf-8", text: PageText.html),
    PageAsset(path: "/page.css", type: "text/css; charset=utf-8", text: PageText.style),
    PageAsset(path: "/page.js", type: "text/javascript; charset=utf-8", text: PageText.script),
    PageAsset(path: "/icon.svg", type: "image/svg+xml", text: PageText.icon),
  ]

  /// Only its own files run and are shown, and no other page may frame it.
  private static let policy = """
    default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; \
    base-uri 'none'; form-action 'self'; frame-ancestors 'none'
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

/// The page as text; see the extensions.
enum PageText {}
