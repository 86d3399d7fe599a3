import Foundation
import HTTPTypes
import Hummingbird
import NIOCore
import NIOFoundationCompat

/// An answer before it is admitted: what it says and what it takes.
struct ReplyDraft: Sendable {
  /// What the model was asked and would say if nothing went wrong.
  struct Base: Sendable {
    let id: String
    let created: Int
    let model: String?
    let content: String
    let promptEstimate: Int
    /// `max_tokens` of the request.
    let outputBound: Int?
  }

  let usage: ReplyUsage
  /// What the limits count for it.
  let countedTokens: Int
  private let reply: ChatCompletion.Response

  /// An answer that is spoilt as the receipt says.
  ///
  /// - Parameters:
  ///   - prompt: the prompt tokens to tell.
  ///   - output: the completion tokens to tell; nil for as many as the content has.
  init(_ base: Base, _ receipt: AdmissionDesk.Receipt, prompt: Int, output: Int?) {
    let terms = receipt.terms
    var content: String? = receipt.breaksSchema ? Self.brokenContent : base.content
    var refusal: String?
    var finish = "stop"
    var bound = Int.max
    if let below = terms.lengthBelow, let maximum = base.outputBound, maximum < below {
      finish = "length"
      bound = max(0, maximum)
      // Cut off in any case: the whole answer with this finish reason would pass for complete.
      content = content.map { Self.cut($0, toBytes: min(bound, $0.utf8.count / 8) * 4) }
    }
    switch receipt.fault {
    case .refusal: (content, refusal, finish) = (nil, Self.refusal, "stop")
    case .contentFilterFinish:
      content = content.map { Self.cut($0, toBytes: $0.utf8.count / 2) }
      finish = "content_filter"
    default: break
    }
    var completion =
      output ?? ChatCompletion.Usage.tokens(inBytes: (content ?? refusal ?? "").utf8.count)
    if receipt.fault == .contentFilter { completion = 0 }
    let told = ChatCompletion.Usage(
      promptTokens: prompt, completionTokens: min(completion, bound))
    usage = ReplyUsage(told: told, promptEstimate: base.promptEstimate)
    let counted = terms.countsMaxTokens ? base.outputBound : nil
    countedTokens = prompt + max(0, counted ?? told.completionTokens)
    reply = ChatCompletion.Response(
      id: base.id, created: base.created, requestedModel: base.model,
      choices: [.init(message: .init(content: content, refusal: refusal), finishReason: finish)],
      usage: told)
  }

  func bytes() throws -> ByteBuffer {
    ByteBuffer(data: try JSONEncoder.wire().encode(reply))
  }

  private static let brokenContent = #"{"reply":"This is not the schema that was asked for."}"#
  private static let refusal = "I'm sorry, but I can't help with that."

  /// The beginning of a text that is at most so many bytes.
  private static func cut(_ text: String, toBytes bytes: Int) -> String {
    var end = text.utf8.index(text.startIndex, offsetBy: bytes)
    while end > text.startIndex, end.samePosition(in: text.unicodeScalars) == nil {
      end = text.utf8.index(before: end)
    }
    return String(text[..<end])
  }
}
