import Hummingbird
import NIOCore

/// A request's context, with the address it came from.
struct LookupContext: RequestContext {
  var coreContext: CoreRequestContextStorage
  let remoteAddress: SocketAddress?

  init(source: ApplicationRequestContextSource) {
    coreContext = CoreRequestContextStorage(source: source)
    remoteAddress = source.channel.remoteAddress
  }
}

/// Whom a request counts against: an IPv4 address, or of an IPv6 address the first half, which is what one household has.
enum Caller: Sendable, Hashable {
  case v4(UInt32)
  case v6(UInt64)
  /// What a proxy called it.
  case named(String)
  case unknown

  /// - Parameters:
  ///   - forwardedFor: The value of `X-Forwarded-For`.
  ///   - proxies: Proxies in front that each added an address to it.
  init(remote: SocketAddress?, forwardedFor: String?, proxies: Int) {
    if proxies > 0, let forwardedFor {
      let addresses = forwardedFor.split(separator: ",").suffix(proxies)
      if addresses.count == proxies, let outermost = addresses.first {
        self.init(outermost.trimming())
        return
      }
    }
    self = remote.map(Caller.init) ?? .unknown
  }

  private init(_ address: String) {
    self =
      (try? SocketAddress(ipAddress: address, port: 0)).map(Caller.init)
      ?? .named(String(address.prefix(64)))
  }

  private init(_ address: SocketAddress) {
    switch address {
    // Family and port come before the address, and flow information too in version 6.
    case .v4(let inner):
      self = withUnsafeBytes(of: inner.address) {
        .v4(UInt32(bigEndian: $0.loadUnaligned(fromByteOffset: 4, as: UInt32.self)))
      }
    case .v6(let inner):
      self = withUnsafeBytes(of: inner.address) {
        .v6(UInt64(bigEndian: $0.loadUnaligned(fromByteOffset: 8, as: UInt64.self)))
      }
    case .unixDomainSocket: self = .unknown
    }
  }
}

extension Substring {
  fileprivate func trimming() -> String {
    String(drop { $0 == " " || $0 == "\t" }.reversed().drop { $0 == " " || $0 == "\t" }.reversed())
  }
}
