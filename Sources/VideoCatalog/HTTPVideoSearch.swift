import AsyncHTTPClient
import Foundation
import HighlightsProtocol
import NIOCore
import NIOFoundationCompat
import NIOHTTP1

/// Asks an HTTP service for the videos of a search, so that a company plugs in its own ranking.
///
/// It posts `{"text": "…", "locale": "en", "limit": 10}` to one URL and expects status 200 with
/// `{"videos": […]}`, best first, each video as in a search: `id`, `title`, `caption`, `creator`,
/// `durationMs`, `language` and all of its `segments` with `startMs`, `endMs` and `text`. An empty list
/// is an answer: nothing fits. `Protocols/video-search.openapi.yaml` describes both.
///
/// Whatever is wrong is a ``VideoSearchError``, and no list. A service that cannot be reached or
/// answers 503 is asked once more; the time limit is for both tries together. Redirects are not
/// followed, since they could carry the key to another host.
public final class HTTPVideoSearch: VideoSearch {
  private let url: String
  private let key: BearerKey?
  private let limit: TimeLimit
  private let maximumReplyBytes: Int
  private let client: HTTPClient

  private static let pauseBeforeSecondTry = Duration.milliseconds(50)

  /// - Parameters:
  ///   - url: Where to post searches.
  ///   - key: Sent as `Authorization: Bearer`; none without one.
  ///   - timeout: The longest one search may take.
  ///   - maximumReplyBytes: Larger replies are an error, and not read further.
  /// - Throws: `VideoSearchError`: `invalidURL`.
  public init(
    url: String, key: BearerKey? = nil, timeout: Duration = .seconds(2),
    maximumReplyBytes: Int = 8 << 20
  ) throws(VideoSearchError) {
    guard let parts = URLComponents(string: url), parts.host?.isEmpty == false,
      ["http", "https"].contains(parts.scheme?.lowercased())
    else { throw VideoSearchError(reason: .invalidURL, url: url) }
    self.url = url
    self.key = key
    limit = TimeLimit(duration: timeout)
    self.maximumReplyBytes = maximumReplyBytes
    var configuration = HTTPClient.Configuration(
      redirectConfiguration: .disallow,
      timeout: .init(connect: .nanoseconds(timeout.nanoseconds)))
    // With retries of its own the pool would hide a refused connection until the connect timeout.
    configuration.connectionPool.retryConnectionEstablishment = false
    client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
  }

  /// - Throws: `VideoSearchError`, or `CancellationError`.
  public func videos(for text: String, locale: String, limit count: Int) async throws -> [Video] {
    let body = try JSONEncoder().encode(Question(text: text, locale: locale, limit: count))
    do {
      let reply = try await limit.run { [self] in
        do {
          return try await ask(body)
        } catch let error as VideoSearchError where error.isWorthAnotherTry {
          try await Task.sleep(for: Self.pauseBeforeSecondTry)
          return try await ask(body)
        }
      }
      return try VideoSearchReply.videos(reply, limit: count)
    } catch let reason as VideoSearchError.Reason {
      throw VideoSearchError(reason: reason, url: url)
    } catch is TimeLimit.Expired {
      throw VideoSearchError(reason: .timeout(limit.duration), url: url)
    }
  }

  /// Ends calls that are running and closes connections; later calls throw.
  public func close() async throws { try await client.shutdown() }

  private struct Question: Encodable {
    let text: String
    let locale: String
    let limit: Int
  }

  private func ask(_ body: Data) async throws -> Data {
    var request = HTTPClientRequest(url: url)
    request.method = .POST
    request.headers.add(name: "content-type", value: "application/json")
    request.headers.add(name: "accept", value: "application/json")
    if let key { request.headers.add(name: "authorization", value: "Bearer \(key.value)") }
    request.body = .bytes(ByteBuffer(data: body))
    do {
      // The time limit of the whole search decides.
      let response = try await client.execute(request, timeout: .hours(1))
      guard response.status == .ok else { throw error(.status(Int(response.status.code))) }
      return Data(buffer: try await response.body.collect(upTo: maximumReplyBytes))
    } catch let error as VideoSearchError {
      throw error
    } catch is NIOTooManyBytesError {
      throw error(.replyTooLarge(limit: maximumReplyBytes))
    } catch let cause as HTTPParserError {
      throw error(.malformedReply("it is not HTTP: \(cause)"))
    } catch  where Task.isCancelled {
      throw CancellationError()
    } catch let cause as HTTPClientError where cause == .alreadyShutdown || cause == .cancelled {
      throw error(.closed)
    } catch {
      throw self.error(.unreachable("\(error)"))
    }
  }

  private func error(_ reason: VideoSearchError.Reason) -> VideoSearchError {
    VideoSearchError(reason: reason, url: url)
  }
}

extension Duration {
  fileprivate var nanoseconds: Int64 {
    components.seconds * 1_000_000_000 + components.attoseconds / 1_000_000_000
  }
}
