import NIOHTTP1

extension GatewayError {
  /// The meaning of an HTTP error response.
  init(
    status: Int, headers: HTTPHeaders, body: ErrorBody, deployment: Deployment, wasted: Int = 0
  ) {
    let limits = RateLimits(headers)
    let body = body.redacting(deployment.secrets)
    let words = ErrorWords(body, headers: headers)
    let kind = Kind(status: status, words: words, limits: limits)
    self.init(
      kind: kind, deployment: deployment.name,
      status: status, code: body.code?.bounded, type: body.type?.bounded,
      message: body.message.isEmpty ? "the gateway gave no message" : body.message,
      retryAfter: RetryAfter.parse(headers) ?? limits.wait(for: words.dimension)
        ?? RetryAfter.parse(message: words.message),
      limitedDimension: kind == .rateLimited(.ownLimit)
        ? words.dimension ?? limits.exhaustedDimension : nil,
      rateLimits: limits.isEmpty ? nil : limits, wastedTokens: wasted,
      serverAdvice: headers.first(name: "x-should-retry").flatMap(Bool.init))
  }
}

extension String {
  fileprivate var bounded: String { String(prefix(80)) }
}

extension GatewayError.Kind {
  /// Reads words before the status: LiteLLM gives 429 for a spent quota and 400 for an unknown model,
  /// and only the message differs.
  init(status: Int, words: ErrorWords, limits: RateLimits) {
    switch status {
    case 400..<500 where words.meanGatewayBudget: self = .gatewayBudget
    case 402: self = .quotaExhausted
    case 400..<500 where words.meanQuota: self = .quotaExhausted
    case 400..<500 where status != 429 && words.meanContentFilter: self = .contentFilter
    case 413: self = .contextLengthExceeded
    case 400..<500 where words.meanTooLarge: self = .contextLengthExceeded
    case 401, 407: self = .authentication
    case 403: self = .permission
    case 300..<400, 404, 405, 410: self = .notFound
    case 408, 504, 524: self = .timeout
    case 409, 425, 499: self = .serverError
    case 429: self = .rateLimited(words.rateLimitCause(limits))
    case 400..<500 where words.meanBadCredential: self = .authentication
    case 400..<500 where words.meanUnknownModel: self = .notFound
    case 400..<500: self = .invalidRequest
    case 502, 521, 522, 523: self = .unreachable
    case 503, 529: self = .overloaded
    default: self = .serverError
    }
  }
}
