import AsyncHTTPClient
import Foundation
import NIOCore
import NIOFoundationCompat
import NIOHTTP1

/// What came back of one call.
struct ChatExchange: Sendable {
  let completion: ChatCompletion
  let limits: RateLimits
  let servedBy: ServedBy?
}

/// One call over HTTP: bytes out, a completion or a typed error back.
struct ChatTransport: Sendable {
  /// A longer error body is read only this far.
  private static let maximumErrorBytes = 64 << 10
  private static let connectTimeout = TimeAmount.seconds(5)

  private let deployment: Deployment
  private let endpoint: String
  private let maximumReplyBytes: Int
  private let client: HTTPClient

  init(_ deployment: Deployment, maximumReplyBytes: Int) {
    self.deployment = deployment
    self.maximumReplyBytes = maximumReplyBytes
    endpoint = deployment.endpoint
    var configuration = HTTPClient.Configuration(
      // A redirect could carry the credential to another host.
      redirectConfiguration: .disallow, timeout: .init(connect: Self.connectTimeout))
    configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit =
      deployment.maximumConnections
    // With retries of its own the pool would hide a refused connection until the connect timeout.
    configuration.connectionPool.retryConnectionEstablishment = false
    client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
  }

  func shutdown() async throws { try await client.shutdown() }

  func encode(_ request: ChatRequest) throws(GatewayError) -> ByteBuffer {
    do {
      return ByteBuffer(data: try ChatCompletionBody.encode(request, for: deployment))
    } catch {
      throw self.error(
        .invalidRequest,
        "the request cannot be written as JSON (the schema must be the text of a JSON object, the "
          + "temperature finite): \(error)")
    }
  }

  /// Posts one request; `attempts` of the errors thrown is for the caller to fill in.
  func call(_ body: ByteBuffer, within limit: TimeLimit) async throws(GatewayError)
    -> ChatExchange
  {
    let request = self.request(body)
    do {
      return try await limit.run { [self] in
        // `limit` decides; it is at most an hour.
        let response = try await client.execute(request, timeout: .hours(2))
        return try await read(response)
      }
    } catch let error as GatewayError {
      throw error
    } catch is TimeLimit.Expired {
      throw error(limit.kind, "no reply within \(limit.duration)")
    } catch {
      throw translate(error)
    }
  }

  private func request(_ body: ByteBuffer) -> HTTPClientRequest {
    var request = HTTPClientRequest(url: endpoint)
    request.method = .POST
    request.headers.add(name: "content-type", value: "application/json")
    request.headers.add(name: "accept", value: "application/json")
    for (name, secret) in deployment.headers {
      request.headers.replaceOrAdd(name: name, value: secret.value)
    }
    if let header = deployment.authenticationHeader {
      request.headers.add(name: header.name, value: header.value)
    }
    request.body = .bytes(body)
    return request
  }

  private func read(_ response: HTTPClientResponse) async throws -> ChatExchange {
    let status = Int(response.status.code)
    guard (200..<300).contains(status) else {
      throw GatewayError(
        status: status, headers: response.headers,
        body: ErrorBody(await errorBytes(of: response)), deployment: deployment)
    }
    let data: Data
    do {
      data = Data(buffer: try await response.body.collect(upTo: maximumReplyBytes))
    } catch is NIOTooManyBytesError {
      throw error(
        .malformedReply, "the reply is larger than \(maximumReplyBytes) bytes", status: status)
    } catch let cause where !isCancellation(cause) {
      throw error(.malformedReply, "the reply was cut off: \(cause)", status: status)
    }
    return ChatExchange(
      completion: try decode(data, status: status, headers: response.headers),
      limits: RateLimits(response.headers), servedBy: ServedBy(response.headers))
  }

  private func decode(
    _ data: Data, status: Int, headers: HTTPHeaders
  ) throws(GatewayError) -> ChatCompletion {
    let completion: ChatCompletion
    do {
      completion = try ChatCompletion.decode(data)
    } catch {
      throw self.error(
        .malformedReply, "the reply of \(data.count) bytes is no chat completion", status: status)
    }
    if completion.choices?.isEmpty == false { return completion }
    let wasted = completion.tokens?.total ?? 0
    let body = ErrorBody(data)
    if let code = body.code.flatMap({ Int($0) }), (400..<600).contains(code) {
      throw GatewayError(
        status: code, headers: headers, body: body, deployment: deployment, wasted: wasted)
    }
    throw error(
      .malformedReply, "the reply has no choices: \(body.message)", status: status, wasted: wasted)
  }

  /// What can be had of an error's body; the status alone says enough when it breaks off.
  private func errorBytes(of response: HTTPClientResponse) async -> Data {
    var bytes = Data()
    do {
      for try await part in response.body {
        bytes.append(Data(buffer: part).prefix(Self.maximumErrorBytes - bytes.count))
        if bytes.count >= Self.maximumErrorBytes { break }
      }
    } catch {
      return bytes
    }
    return bytes
  }
}

extension ChatTransport {
  private func isCancellation(_ error: any Error) -> Bool {
    let code = error as? HTTPClientError
    return error is CancellationError || Task.isCancelled || code == .cancelled
      || code == .alreadyShutdown
  }

  private func translate(_ cause: any Error) -> GatewayError {
    if isCancellation(cause) {
      return error(.cancelled, "the task was cancelled or the client shut down")
    }
    switch cause as? HTTPClientError {
    case .getConnectionFromPoolTimeout:
      return error(
        .overloaded,
        "no connection came free within \(Self.connectTimeout.nanoseconds / 1_000_000_000) s; "
          + "allow fewer calls at once or more than \(deployment.maximumConnections) connections")
    case .deadlineExceeded, .readTimeout, .writeTimeout:
      return error(.timeout, "\(cause)")
    default:
      return error(
        cause is HTTPParserError ? .malformedReply : .unreachable, "\(cause)")
    }
  }

  private func error(
    _ kind: GatewayError.Kind, _ message: String, status: Int? = nil, wasted: Int = 0
  ) -> GatewayError {
    GatewayError(
      kind: kind, deployment: deployment.name, status: status,
      message: deployment.secrets.redact(ErrorBody.tidy(message)), wastedTokens: wasted)
  }
}
