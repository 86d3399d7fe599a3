/// Anything that answers chats: a deployment, a router over several, a stand-in for tests.
public protocol ChatGateway: Sendable {
  /// Asks once, with whatever retries the implementation makes.
  ///
  /// - Parameter deadline: No call is made, waited for or retried past it.
  /// - Throws: ``GatewayError``; its ``GatewayError/disposition`` says what to do with the request.
  func complete(
    _ request: ChatRequest, deadline: ContinuousClock.Instant?
  ) async throws(GatewayError) -> ChatReply
}
