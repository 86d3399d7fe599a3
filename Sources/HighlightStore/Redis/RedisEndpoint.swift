import Foundation

/// Where a Redis server is and as whom to speak to it: `redis://user:password@host:port/database`,
/// `rediss://` over TLS.
///
/// Its description leaves the user and password out, so it may be logged.
public struct RedisEndpoint: Sendable, Hashable, CustomStringConvertible, CustomReflectable {
  public let host: String
  public let port: Int
  public let database: Int
  public let usesTLS: Bool
  let user: String?
  let password: String?

  /// - Throws: `RedisEndpointError`, which says what is wrong without the user and password.
  public init(url: String) throws(RedisEndpointError) {
    let masked = Self.masked(url)
    guard let parts = URLComponents(string: url) else {
      throw RedisEndpointError(url: masked, problem: "it is no URL")
    }
    switch parts.scheme?.lowercased() {
    case "redis": usesTLS = false
    case "rediss": usesTLS = true
    default: throw RedisEndpointError(url: masked, problem: "its scheme is neither")
    }
    guard let host = parts.host, !host.isEmpty else {
      throw RedisEndpointError(url: masked, problem: "it has no host")
    }
    // An IPv6 address stands in brackets in a URL only.
    self.host =
      host.hasPrefix("[") && host.hasSuffix("]") ? String(host.dropFirst().dropLast()) : host
    port = parts.port ?? 6379
    guard (1...65_535).contains(port) else {
      throw RedisEndpointError(url: masked, problem: "its port is not within 1...65535")
    }
    guard parts.query == nil, parts.fragment == nil else {
      throw RedisEndpointError(url: masked, problem: "it has a query or fragment")
    }
    let path = parts.path.drop { $0 == "/" }
    guard let database = path.isEmpty ? 0 : Int(path), database >= 0 else {
      throw RedisEndpointError(url: masked, problem: "its database is no number from 0")
    }
    self.database = database
    user = parts.user.flatMap { $0.isEmpty ? nil : $0 }
    password = parts.password.flatMap { $0.isEmpty ? nil : $0 }
    guard user == nil || password != nil else {
      throw RedisEndpointError(url: masked, problem: "it has a user without a password")
    }
  }

  public var description: String {
    let name = host.contains(":") ? "[\(host)]" : host
    return "\(usesTLS ? "rediss" : "redis")://\(name):\(port)/\(database)"
  }

  public var customMirror: Mirror { Mirror(self, children: ["url": description]) }

  /// Whatever may be a user or password is left out, also of what is no URL.
  private static func masked(_ url: String) -> String {
    guard let end = url.lastIndex(of: "@") else { return url }
    let start = url.range(of: "://")?.upperBound ?? url.startIndex
    guard start < end else { return "…" + url[end...] }
    return url[..<start] + "…" + url[end...]
  }
}

/// A URL that names no Redis server.
public struct RedisEndpointError: Error, CustomStringConvertible {
  /// The URL without user and password.
  public let url: String
  public let problem: String

  public var description: String {
    """
    "\(url)" is no address of a Redis server: \(problem); allowed is \
    redis://[[user]:password@]host[:port][/database], or rediss:// for TLS.
    """
  }
}
