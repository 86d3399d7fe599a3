import Foundation
import HTTPTypes
import Hummingbird
import NIOCore
import NIOFoundationCompat
import ServiceLifecycle

/// Answers `POST /v1/chat/completions`.
///
/// In this order: the key; faults before the limits; the body and the answer to it; the limits; a
/// place among those answered at once; the latency; faults of the answer. A refusal is answered at
/// once, before any latency.
struct ChatCompletionResponder: Sendable {
  private let configuration: GatewaySimulatorConfiguration
  private let state: GatewaySimulatorState
  private let composer: ReplyComposer

  init(configuration: GatewaySimulatorConfiguration, state: GatewaySimulatorState) {
    self.configuration = configuration
    self.state = state
    composer = ReplyComposer(configuration)
  }

  /// Checks the bearer token.
  func authorize(_ request: Request) throws(GatewaySimulatorError) {
    guard isAuthorized(request) else { throw .invalidKey }
  }

  /// Answers a request, or ends its connection where that is what goes wrong.
  func respond(to request: Request, on connection: any Channel) async throws -> Response {
    var (number, receipt) = state.receive(isAuthorized: isAuthorized(request))
    guard receipt.isAuthorized else { throw GatewaySimulatorError.invalidKey }
    guard let fault = receipt.fault, fault.isBeforeLimits else {
      return try await answer(request.body, receipt, number)
    }
    guard fault == .stall else {
      return try await fail(request, fault, receipt.terms, connection)
    }
    let body = try await stalled(request)
    receipt.fault = nil
    if let next = state.release() {
      if next.isBeforeLimits { return try await fail(request, next, receipt.terms, connection) }
      receipt.fault = next
    }
    var response = try await answer(RequestBody(buffer: body), receipt, number)
    // Looking out for a client that leaves has used up the connection's reading side.
    response.headers[.connection] = "close"
    return response
  }

  private func isAuthorized(_ request: Request) -> Bool {
    guard let key = configuration.apiKey else { return true }
    return request.headers[.authorization] == "Bearer \(key)"
  }

  // MARK: Instead of an answer

  private func fail(
    _ request: Request, _ fault: SimulatedFault, _ terms: ReplyTerms, _ connection: any Channel
  ) async throws -> Response {
    switch fault {
    case .reset:
      await connection.reset()
      throw ConnectionEnded()
    case .refuse:
      await connection.end()
      throw ConnectionEnded()
    case .status(let status): return try terms.response(.failure(status: status), nil)
    case .insufficientQuota: return try terms.response(.insufficientQuota, state.standing)
    case .budgetExceeded:
      return try terms.response(.budgetExceeded(status: terms.budgetStatus), state.standing)
    default: return try terms.response(.highDemand, state.standing)
    }
  }

  /// Takes the body and holds the request for as long as the stall lasts.
  ///
  /// - Throws: `CancellationError` when the client leaves or the simulator shuts down.
  private func stalled(_ request: Request) async throws -> ByteBuffer {
    try await cancelWhenGracefulShutdown {
      try await request.body.consumeWithCancellationOnInboundClose { body in
        let bytes = try await body.collect(upTo: configuration.maxRequestBytes)
        while let step = state.stall() { try await Task.sleep(for: step) }
        return bytes
      }
    }
  }

  // MARK: The answer

  private func answer(
    _ body: RequestBody, _ receipt: AdmissionDesk.Receipt, _ number: Int
  ) async throws -> Response {
    let clock = ContinuousClock()
    let came = clock.now
    let prepared: ReplyComposer.Prepared
    do {
      prepared = try await composer.prepare(body, receipt, number: number)
    } catch let error as GatewaySimulatorError {
      state.refuse(receipt)
      throw error
    }
    switch try state.admit(tokens: prepared.countedTokens, receipt) {
    case .refused(let refusal, let standing):
      return try receipt.terms.response(refusal, standing)
    case .place(let place):
      return try await state.serve(in: place) {
        // Who had to wait is given the whole latency from its turn on.
        var due = (place.isInTurn ? clock.now : came) + place.latency
        if receipt.fault == .slow { due += receipt.terms.slowBy }
        if due > clock.now { try await Task.sleep(until: due, clock: clock) }
        return try finish(prepared, receipt, place.standing)
      }
    }
  }

  private func finish(
    _ prepared: ReplyComposer.Prepared, _ receipt: AdmissionDesk.Receipt,
    _ standing: SimulatorLimits.Standing?
  ) throws -> (Response, completed: ReplyUsage?) {
    if receipt.fault == .contentFilter {
      return (try receipt.terms.response(.contentFilter, standing), nil)
    }
    var response = Self.response(try prepared.bytes(), receipt.fault)
    if let standing { response.add(RateLimitHeaders.headers(receipt.terms, standing)) }
    return (response, prepared.usage)
  }

  private static func response(_ bytes: ByteBuffer, _ fault: SimulatedFault?) -> Response {
    let half = bytes.getSlice(at: bytes.readerIndex, length: bytes.readableBytes / 2) ?? bytes
    switch fault {
    case .truncatedJSON: return .json(half)
    case .malformedJSON: return .json(ByteBuffer(string: "upstream connect error, not JSON\n"))
    case .truncated:
      var response = Response.json(bytes)
      response.body = ResponseBody(contentLength: bytes.readableBytes) { writer in
        try await writer.write(half)
        throw ConnectionEnded()
      }
      return response
    default: return .json(bytes)
    }
  }
}
