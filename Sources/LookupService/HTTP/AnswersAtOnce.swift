import HTTPTypes
import HighlightsProtocol
import NIOCore
import Synchronization

/// Answers to look-ups that take no waiting, the same as a request's whole way would give.
///
/// That way is taken whenever there is anything to wait for, to refuse or to explain.
final class AnswersAtOnce: Sendable {
  private let route: HighlightRoute
  private let safety: SafetyHeaders
  private let clients: ClientGate
  private let date: HTTPDate

  init(route: HighlightRoute, safety: SafetyHeaders, clients: ClientGate) {
    self.route = route
    self.safety = safety
    self.clients = clients
    date = HTTPDate(now: route.desk.time.now)
  }

  /// Whether a request asks for a highlight and may be answered here: it has no body, keeps its connection, and is no
  /// part of a trace, in which its steps would be missed.
  static func isLookup(_ request: HTTPRequest) -> Bool {
    request.method == .get && request.path?.hasPrefix("/v1/highlights?") == true
      && !request.headerFields.contains {
        $0.name == .connection || $0.name == .contentLength || $0.name == .transferEncoding
          || $0.name == .expect || $0.name == .traceParent
      }
  }

  /// Nil where it must go on.
  func answer(to request: HTTPRequest, from remote: SocketAddress?) -> Answer? {
    let started = ContinuousClock.now
    guard let path = request.path, let mark = path.utf8.firstIndex(of: UInt8(ascii: "?")),
      var answer = route.answerAtOnce(
        String(path[path.utf8.index(after: mark)...]),
        ifNoneMatch: request.headerFields[.ifNoneMatch]),
      clients.isLetIn(request.headerFields, from: remote)
    else { return nil }
    safety.add(to: &answer.headers, origin: request.headerFields[.origin])
    if let body = answer.body {
      answer.headers.append(HTTPField(name: .contentLength, value: "\(body.readableBytes)"))
    }
    answer.headers.append(HTTPField(name: .date, value: date.text))
    route.desk.metrics.recordAnswerAtOnce(Int(answer.status.code), .now - started)
    return answer
  }
}

extension HTTPField.Name {
  static var traceParent: HTTPField.Name { traceParentName }
}

// The name is a valid one, so it is there.
private let traceParentName = HTTPField.Name("traceparent") ?? .server

/// The moment as HTTP writes it (RFC 9110, 5.6.7), written once a second.
final class HTTPDate: Sendable {
  private let now: @Sendable () -> UnixTime
  private let written = Mutex<(second: Int64, text: String)>((.min, ""))

  init(now: @escaping @Sendable () -> UnixTime) {
    self.now = now
  }

  var text: String {
    let moment = now()
    return written.withLock { written in
      let second = moment.milliseconds / 1_000
      if written.second != second { written = (second, moment.httpDate) }
      return written.text
    }
  }
}
