import Foundation
import Hummingbird
import NIOCore

/// A request's context, with the connection it came on.
struct SimulatorContext: RequestContext {
  var coreContext: CoreRequestContextStorage
  let connection: any Channel

  init(source: ApplicationRequestContextSource) {
    coreContext = .init(source: source)
    connection = source.channel
  }
}

/// A connection was ended instead of an answer; whatever is written to it now fails.
struct ConnectionEnded: Error {}

extension Channel {
  /// Ends the connection in good order.
  func end() async {
    // It may have been closed by the client; ended is ended.
    try? await close().get()
  }

  /// Ends the connection with a reset: the client's read fails.
  func reset() async {
    // Lingering for no time makes the kernel answer with RST instead of FIN.
    if let socket = self as? any SocketOptionProvider {
      try? await socket.setSoLinger(linger(l_onoff: 1, l_linger: 0)).get()
    }
    await end()
  }
}
