import Foundation
import Hummingbird
import NIOCore
import NIOFoundationCompat

/// Reads requests and prepares the answers to them.
struct ReplyComposer: Sendable {
  /// An answer that only has to be admitted.
  enum Prepared: Sendable {
    /// The same bytes as every other: nothing to encode.
    case fixed(ByteBuffer, ReplyUsage)
    case draft(ReplyDraft)

    var usage: ReplyUsage {
      switch self {
      case .fixed(_, let usage): usage
      case .draft(let draft): draft.usage
      }
    }

    /// What the limits count for it.
    var countedTokens: Int {
      switch self {
      case .fixed(_, let usage): usage.told.totalTokens
      case .draft(let draft): draft.countedTokens
      }
    }

    func bytes() throws -> ByteBuffer {
      switch self {
      case .fixed(let bytes, _): bytes
      case .draft(let draft): try draft.bytes()
      }
    }
  }

  private let configuration: GatewaySimulatorConfiguration
  private let fixed: (bytes: ByteBuffer, told: ChatCompletion.Usage)

  init(_ configuration: GatewaySimulatorConfiguration) {
    self.configuration = configuration
    let content = configuration.fixedReplyContent
    let told = ChatCompletion.Usage(
      promptTokens: 0,
      completionTokens: ChatCompletion.Usage.tokens(inBytes: content.utf8.count))
    let reply = ChatCompletion.Response(
      id: "chatcmpl-fixed", created: 0, requestedModel: nil,
      choices: [.init(message: .init(content: content, refusal: nil), finishReason: "stop")],
      usage: told)
    // Encoding fails only for values that JSON has no form for; a reply is strings and integers.
    fixed = (ByteBuffer(data: try! JSONEncoder.wire().encode(reply)), told)
  }

  /// Reads a request and prepares its answer.
  ///
  /// - Throws: ``GatewaySimulatorError`` for a request that is too large or none, or what reading
  ///   throws.
  func prepare(
    _ body: RequestBody, _ receipt: AdmissionDesk.Receipt, number: Int
  ) async throws -> Prepared {
    switch configuration.mode {
    case .fixedReply: try await prepareFixed(body, receipt)
    case .extractive:
      try await prepareAnswer(body, receipt, number, by: configuration.model.answer(toMessage:))
    case .gullible:
      try await prepareAnswer(body, receipt, number, by: configuration.gullible.answer(toMessage:))
    case .liar:
      try await prepareAnswer(body, receipt, number, by: configuration.liar.answer(toMessage:))
    }
  }

  private func prepareFixed(
    _ body: RequestBody, _ receipt: AdmissionDesk.Receipt
  ) async throws -> Prepared {
    let terms = receipt.terms
    let needsBound = terms.countsMaxTokens || terms.lengthBelow != nil
    var outputBound: Int?
    let size: Int
    if needsBound {
      let bytes = try await collect(body)
      size = bytes.readableBytes
      // Any body is answered in this mode; one that is no request has no bound.
      outputBound = (try? Self.decode(bytes))?.outputBound
    } else {
      size = try await drain(body)
    }
    let estimate = ChatCompletion.Usage.tokens(inBytes: size)
    let isPlain =
      receipt.fault == nil && !receipt.isInvalid && !needsBound && !terms.tellsPrompt
      && terms.fixedPromptTokens == nil && terms.fixedOutputTokens == nil
    if isPlain {
      return .fixed(fixed.bytes, ReplyUsage(told: fixed.told, promptEstimate: estimate))
    }
    let base = ReplyDraft.Base(
      id: "chatcmpl-fixed", created: 0, model: nil, content: configuration.fixedReplyContent,
      promptEstimate: terms.fixedPromptTokens ?? estimate, outputBound: outputBound)
    let prompt = terms.fixedPromptTokens ?? (terms.tellsPrompt ? estimate : 0)
    return .draft(ReplyDraft(base, receipt, prompt: prompt, output: terms.fixedOutputTokens))
  }

  private func prepareAnswer(
    _ body: RequestBody, _ receipt: AdmissionDesk.Receipt, _ number: Int,
    by model: (String) -> ExtractiveAnswer
  ) async throws -> Prepared {
    let chat = try Self.decode(try await collect(body))
    let answer = chat.prompt.map(model) ?? .unanswerable
    let content = String(decoding: try JSONEncoder.wire().encode(answer), as: UTF8.self)
    let prompt = ChatCompletion.Usage.tokens(inBytes: chat.usageBytes)
    let base = ReplyDraft.Base(
      id: "chatcmpl-\(number)", created: Int(Date().timeIntervalSince1970), model: chat.model,
      content: content, promptEstimate: prompt, outputBound: chat.outputBound)
    return .draft(ReplyDraft(base, receipt, prompt: prompt, output: nil))
  }

  private func collect(_ body: RequestBody) async throws -> ByteBuffer {
    do {
      return try await body.collect(upTo: configuration.maxRequestBytes)
    } catch is NIOTooManyBytesError {
      throw GatewaySimulatorError.requestTooLarge(limit: configuration.maxRequestBytes)
    }
  }

  private func drain(_ body: RequestBody) async throws -> Int {
    var bytes = 0
    for try await chunk in body {
      bytes += chunk.readableBytes
      guard bytes <= configuration.maxRequestBytes else {
        throw GatewaySimulatorError.requestTooLarge(limit: configuration.maxRequestBytes)
      }
    }
    return bytes
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
}
