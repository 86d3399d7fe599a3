import Foundation
import HTTPTypes
import Hummingbird
import NIOCore
import NIOFoundationCompat

/// Answers `POST /v1/chat/completions`.
struct ChatCompletionResponder: Sendable {
  private let configuration: GatewaySimulatorConfiguration
  private let state: GatewaySimulatorState
  private let fixedReply: (bytes: ByteBuffer, length: Int)?

  init(configuration: GatewaySimulatorConfiguration, state: GatewaySimulatorState) {
    self.configuration = configuration
    self.state = state
    fixedReply =
      configuration.mode == .fixedReply
      ? Self.fixedReply(content: configuration.fixedReplyContent) : nil
  }

  /// Checks the bearer token.
  func authorize(_ request: Request) throws(GatewaySimulatorError) {
    guard let key = configuration.apiKey else { return }
    guard request.headers[.authorization] == "Bearer \(key)" else { throw .invalidKey }
  }

  /// Waits for a place, answers, and holds the answer back until its latency has passed.
  func respond(to request: Request) async throws -> Response {
    let number = state.countRequest()
    try authorize(request)
    return try await state.admitted {
      let clock = ContinuousClock()
      let due = clock.now + state.nextLatency()
      let (response, usage) =
        if let fixedReply {
          try await drain(request, repliedWith: fixedReply)
        } else {
          try await extract(request, number: number)
        }
      if due > clock.now { try await Task.sleep(until: due, clock: clock) }
      state.countCompletion(usage)
      return response
    }
  }

  private func drain(
    _ request: Request, repliedWith reply: (bytes: ByteBuffer, length: Int)
  ) async throws -> (Response, ChatCompletion.Usage) {
    var bytes = 0
    for try await chunk in request.body {
      bytes += chunk.readableBytes
      guard bytes <= configuration.maxRequestBytes else {
        throw GatewaySimulatorError.requestTooLarge(limit: configuration.maxRequestBytes)
      }
    }
    let usage = ChatCompletion.Usage(promptBytes: bytes, completionBytes: reply.length)
    return (.json(reply.bytes), usage)
  }

  private func extract(
    _ request: Request, number: Int
  ) async throws -> (Response, ChatCompletion.Usage) {
    let body: ByteBuffer
    do {
      body = try await request.body.collect(upTo: configuration.maxRequestBytes)
    } catch is NIOTooManyBytesError {
      throw GatewaySimulatorError.requestTooLarge(limit: configuration.maxRequestBytes)
    }
    let chat = try Self.decode(body)
    let answer = chat.prompt.map(configuration.model.answer(toMessage:)) ?? .unanswerable
    let content = String(decoding: try JSONEncoder.wire().encode(answer), as: UTF8.self)
    let usage = ChatCompletion.Usage(
      promptBytes: chat.usageBytes, completionBytes: content.utf8.count)
    let reply = ChatCompletion.Response(
      id: "chatcmpl-\(number)", created: Int(Date().timeIntervalSince1970),
      requestedModel: chat.model, choices: [.init(message: .init(content: content))],
      usage: usage)
    return (try .json(reply), usage)
  }

  private static func decode(
    _ body: ByteBuffer
  ) throws(GatewaySimulatorError) -> ChatCompletion.Request {
    let chat: ChatCompletion.Request
    do {
      chat = try JSONDecoder().decode(ChatCompletion.Request.self, from: body)
    } catch {
      throw .invalidRequest("The body is not a chat completion request: \(error)")
    }
    if chat.stream == true {
      throw .invalidRequest("stream is true; only requests without streaming are answered.")
    }
    return chat
  }

  /// The bytes of every response: as its prompt is not read, its own counts cover the reply only.
  private static func fixedReply(content: String) -> (bytes: ByteBuffer, length: Int) {
    let reply = ChatCompletion.Response(
      id: "chatcmpl-fixed", created: 0, requestedModel: nil,
      choices: [.init(message: .init(content: content))],
      usage: .init(promptBytes: 0, completionBytes: content.utf8.count))
    // Encoding fails only for values that JSON has no form for; a reply is strings and integers.
    let data = try! JSONEncoder.wire().encode(reply)
    return (ByteBuffer(data: data), content.utf8.count)
  }
}
