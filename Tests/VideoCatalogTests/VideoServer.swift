import Hummingbird
import Logging
import NIOCore
import Synchronization

/// An HTTP server on a free local port that answers each call by a script.
struct VideoServer: Sendable {
  /// A call as it arrived.
  struct Call: Sendable {
    let method: String
    let path: String
    let headers: [String: String]
    let body: String
  }

  typealias Answer = @Sendable (_ number: Int) async throws -> Response

  private final class Log: Sendable {
    let calls = Mutex<[Call]>([])
  }

  let url: String
  private let log: Log

  var calls: [Call] { log.calls.withLock { $0 } }

  /// Serves `answer`, which is told the number of the call from 1, while `body` runs.
  static func answering(
    _ answer: @escaping Answer,
    during body: @escaping @Sendable (VideoServer) async throws -> Void
  ) async throws {
    let log = Log()
    let (ports, port) = AsyncStream.makeStream(of: Int.self)
    let application = Application(
      responder: CallbackResponder<BasicRequestContext> { request, _ in
        let buffer = try await request.body.collect(upTo: 4 << 20)
        let call = Call(
          method: request.method.rawValue, path: request.uri.path,
          headers: Dictionary(
            request.headers.map { ($0.name.canonicalName, $0.value) }, uniquingKeysWith: { $1 }),
          body: String(buffer: buffer))
        return try await answer(
          log.calls.withLock { calls in
            calls.append(call)
            return calls.count
          })
      },
      configuration: ApplicationConfiguration(address: .hostname("127.0.0.1", port: 0)),
      onServerRunning: { channel in
        port.yield(channel.localAddress?.port ?? 0)
        port.finish()
      },
      logger: Logger(label: "videos") { _ in SwiftLogNoOpLogHandler() })
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await application.run() }
      group.addTask {
        for await number in ports {
          try await body(VideoServer(url: "http://127.0.0.1:\(number)/videos", log: log))
        }
      }
      try await group.next()
      group.cancelAll()
    }
  }

  /// A response with a JSON body and further headers.
  static func response(
    _ status: Int, _ body: String, headers: [(String, String)] = []
  ) -> Response {
    var fields: HTTPFields = [.contentType: "application/json"]
    for (name, value) in headers {
      fields[.init(name)!] = value
    }
    return Response(
      status: .init(code: status), headers: fields,
      body: ResponseBody(byteBuffer: ByteBuffer(string: body)))
  }
}
