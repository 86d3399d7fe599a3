/// A search for videos over HTTP that failed: where, and why.
public struct VideoSearchError: Error, CustomStringConvertible {
  public enum Reason: Sendable, Hashable {
    /// No http or https URL with a host.
    case invalidURL
    /// It did not end in time, a second try included.
    case timeout(Duration)
    /// No connection, or one that broke off before it answered.
    case unreachable(String)
    /// It answered with another status than 200.
    case status(Int)
    /// The reply has more bytes than are read.
    case replyTooLarge(limit: Int)
    /// The reply is not `{"videos": […]}`, or broke off.
    case malformedReply(String)
    /// A search must not bring this video; positions count from 1.
    case unusableVideo(position: Int, VideoRejection)
    case duplicateVideo(position: Int)
    /// The client was closed.
    case closed
  }

  public let reason: Reason
  /// Where videos are searched.
  public let url: String

  public var description: String { "Video search \(url): \(explanation)" }

  private var explanation: String {
    switch reason {
    case .invalidURL: "this is no URL; allowed: http or https with a host."
    case .timeout(let limit): "no reply within \(limit); see that it answers, or allow more time."
    case .unreachable(let why): "no connection: \(why)"
    case .status(let status):
      "it answered with status \(status); only 200 is a reply\(hint(status))."
    case .replyTooLarge(let limit): "the reply is larger than \(limit) bytes; send fewer videos."
    case .malformedReply(let why):
      "the reply is not {\"videos\": [Video, …]} in protobuf's JSON mapping: \(why)"
    case .unusableVideo(let position, let rejection): "video \(position) of the reply: \(rejection)"
    case .duplicateVideo(let position):
      "video \(position) of the reply has the id of an earlier one; send each video once."
    case .closed: "the client is closed."
    }
  }

  private func hint(_ status: Int) -> String {
    switch status {
    case 301...308: ", a redirect is not followed as it would carry the key elsewhere"
    case 401, 403: ", the key is missing or wrong"
    default: ""
    }
  }

  /// Whether another try may mend it: a search changes nothing, so it may be asked twice.
  var isWorthAnotherTry: Bool {
    switch reason {
    case .unreachable, .status(503): true
    default: false
    }
  }
}
