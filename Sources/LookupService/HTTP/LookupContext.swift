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

/// Whom a request counts against.
enum ClientAddress {
  /// The client's address; of an IPv6 address the first half, which is what one household has.
  ///
  /// - Parameters:
  ///   - forwardedFor: The value of `X-Forwarded-For`.
  ///   - proxies: Proxies in front that each added an address to it.
  static func name(remote: SocketAddress?, forwardedFor: String?, proxies: Int) -> String {
    if proxies > 0, let forwardedFor {
      let addresses = forwardedFor.split(separator: ",").suffix(proxies)
      if addresses.count == proxies, let outermost = addresses.first {
        return network(of: outermost.trimming())
      }
    }
    return remote.map(network) ?? "unknown"
  }

  private static func network(of address: String) -> String {
    (try? SocketAddress(ipAddress: address, port: 0)).map(network) ?? String(address.prefix(64))
  }

  private static func network(of address: SocketAddress) -> String {
    guard case .v6(let inner) = address else { return address.ipAddress ?? "unknown" }
    // A sockaddr_in6 begins with 8 bytes of family, port and flow; the address follows.
    let bytes = withUnsafeBytes(of: inner.address) { Array($0[8..<16]) }
    return bytes.map { String($0, radix: 16) }.joined(separator: ":") + "/64"
  }
}

extension Substring {
  fileprivate func trimming() -> String {
    String(drop { $0 == " " || $0 == "\t" }.reversed().drop { $0 == " " || $0 == "\t" }.reversed())
  }
}
