/// Anything that answers chats: deployments in an order of preference, a stand-in for tests.
public protocol ChatGateway: Sendable {
  /// Asks, with whatever retries the implementation makes.
  ///
  /// - Throws: ``GatewayError``; its ``GatewayError/disposition`` says what to do with the request.
  func complete(
    _ request: ChatRequest, _ options: ChatOptions
  ) async throws(GatewayError) -> ChatReply
}

extension ChatGateway {
  /// Asks for nobody in particular.
  ///
  /// - Parameter deadline: No call is made, waited for or retried past it.
  public func complete(
    _ request: ChatRequest, deadline: ContinuousClock.Instant?
  ) async throws(GatewayError) -> ChatReply {
    try await complete(request, ChatOptions(deadline: deadline))
  }
}
