import HTTPTypes
import NIOCore
import NIOHTTPTypes

/// Answers look-ups whose highlight is in memory, or in a store that has it at once, on the connection's event loop, before
/// a request goes its way through tasks, router and middleware: that way takes more than twice as long as all the rest.
///
/// Everything else goes on as it came, and so does a look-up while another request of the connection is being answered
/// (answers keep the order of their requests) or while the client does not read what it was answered.
final class AnswerAtOnceHandler: ChannelDuplexHandler, RemovableChannelHandler {
  typealias InboundIn = HTTPRequestPart
  typealias InboundOut = HTTPRequestPart
  typealias OutboundIn = HTTPResponsePart
  typealias OutboundOut = HTTPResponsePart

  private let answers: AnswersAtOnce
  /// A look-up that has not ended yet.
  private var lookup: HTTPRequest?
  /// Requests that went on and are not answered whole.
  private var inProgress = 0

  init(answers: AnswersAtOnce) {
    self.answers = answers
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    switch unwrapInboundIn(data) {
    case .head(let request):
      if inProgress == 0, AnswersAtOnce.isLookup(request) {
        lookup = request
      } else {
        inProgress += 1
        context.fireChannelRead(data)
      }
    case .body:
      passOn(context)
      context.fireChannelRead(data)
    case .end(let trailers):
      if let request = lookup, trailers == nil, context.channel.isWritable,
        let answer = answers.answer(to: request, from: context.remoteAddress)
      {
        lookup = nil
        write(answer, context)
      } else {
        passOn(context)
        context.fireChannelRead(data)
      }
    }
  }

  func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
    if case .end = unwrapOutboundIn(data) { inProgress -= 1 }
    context.write(data, promise: promise)
  }

  /// Sends the head of a look-up on, which is not answered here.
  private func passOn(_ context: ChannelHandlerContext) {
    guard let request = lookup else { return }
    lookup = nil
    inProgress += 1
    context.fireChannelRead(wrapInboundOut(.head(request)))
  }

  private func write(_ answer: Answer, _ context: ChannelHandlerContext) {
    let head = HTTPResponse(status: answer.status, headerFields: answer.headers)
    context.write(wrapOutboundOut(.head(head)), promise: nil)
    if let body = answer.body { context.write(wrapOutboundOut(.body(body)), promise: nil) }
    context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
  }
}
