import HTTPTypes
import Hummingbird

/// Error bodies as each gateway writes them, from what the gateways' own users report.
extension GatewayBehavior.Shape {
  func body(_ refusal: GatewayRefusal) -> JSONValue {
    switch refusal {
    // Anthropic's own form, which gateways pass on.
    case .failure(529):
      return [
        "type": "error", "error": ["type": "overloaded_error", "message": "Overloaded"],
      ]
    // A limit of the gateway, not of a provider: there is no provider's form of it.
    case .budgetExceeded(let status):
      return [
        "error": [
          "message": "Budget has been exceeded! Current cost: 1.0, Max budget: 1.0",
          "type": "budget_exceeded", "param": nil, "code": .string("\(status)"),
        ]
      ]
    default:
      switch self {
      case .openai: return ["error": openAI(refusal)]
      case .azure: return ["error": azure(refusal)]
      case .litellm: return ["error": liteLLM(refusal)]
      }
    }
  }

  private func openAI(_ refusal: GatewayRefusal) -> JSONValue {
    func error(_ message: String, _ type: String, _ code: String?) -> JSONValue {
      [
        "message": .string(message), "type": .string(type), "param": nil,
        "code": code.map(JSONValue.string) ?? .null,
      ]
    }
    switch refusal {
    case .rateLimited(let limit):
      return error(Self.limitMessage(limit), limit.dimension.rawValue, "rate_limit_exceeded")
    case .insufficientQuota:
      return error(Self.quotaMessage, "insufficient_quota", "insufficient_quota")
    case .highDemand:
      return error(
        "The engine is currently overloaded, please try again later", "engine_overloaded_error",
        nil)
    case .contentFilter:
      return error(
        "The prompt was filtered by the content filter.", "invalid_request_error",
        "content_filter")
    case .failure(let status):
      let message =
        status == 503
        ? "The server is currently overloaded with other requests. Sorry about that!"
        : "The server had an error while processing your request. Sorry about that!"
      return error(message, "server_error", nil)
    case .budgetExceeded: return nil
    }
  }

  private func azure(_ refusal: GatewayRefusal) -> JSONValue {
    switch refusal {
    case .rateLimited(let limit):
      let kind = limit.dimension == .requests ? "call" : "token"
      let wait = RateLimitHeaders.seconds(limit.wait ?? .seconds(86_400))
      return [
        "code": "429",
        "message": .string(
          "Requests to the ChatCompletions_Create Operation under Azure OpenAI API have exceeded "
            + "\(kind) rate limit of your current OpenAI S0 pricing tier. "
            + "Please retry after \(wait) seconds."),
      ]
    case .insufficientQuota:
      return ["code": "insufficient_quota", "message": .string(Self.quotaMessage)]
    case .highDemand:
      return [
        "code": "429",
        "message": .string(
          "The system is currently experiencing high demand and cannot process your request. "
            + "Your request exceeds the maximum usage size allowed during peak load."),
      ]
    case .contentFilter:
      return [
        "message": .string(
          "The response was filtered due to the prompt triggering Azure OpenAI's content "
            + "management policy."),
        "type": nil, "param": "prompt", "code": "content_filter", "status": 400,
        "innererror": ["code": "ResponsibleAIPolicyViolation"],
      ]
    case .failure(let status):
      let code = status == 503 ? "ServiceUnavailable" : "InternalServerError"
      return [
        "code": .string(code), "message": "The server had an error processing your request.",
      ]
    case .budgetExceeded: return nil
    }
  }

  private func liteLLM(_ refusal: GatewayRefusal) -> JSONValue {
    let message: String
    var type = JSONValue.null
    switch refusal {
    case .rateLimited(let limit):
      message =
        "litellm.RateLimitError: RateLimitError: OpenAIException - \(Self.limitMessage(limit))"
      type = "throttling_error"
    case .insufficientQuota:
      message = "litellm.RateLimitError: RateLimitError: OpenAIException - \(Self.quotaMessage)"
      type = "throttling_error"
    case .highDemand:
      message =
        "litellm.RateLimitError: RateLimitError: OpenAIException - The engine is currently "
        + "overloaded, please try again later"
      type = "throttling_error"
    case .contentFilter:
      message =
        "litellm.ContentPolicyViolationError: ContentPolicyViolationError: OpenAIException - "
        + "The prompt was filtered by the content filter."
    case .failure(408):
      message = "litellm.Timeout: APITimeoutError - Request timed out."
    case .failure(503):
      message =
        "litellm.ServiceUnavailableError: ServiceUnavailableError: OpenAIException - overloaded"
    case .failure:
      message =
        "litellm.InternalServerError: InternalServerError: OpenAIException - The server had an "
        + "error while processing your request."
    case .budgetExceeded: return nil
    }
    // The code is the status, as text.
    return [
      "message": .string(message), "type": type, "param": nil,
      "code": .string("\(refusal.status)"),
    ]
  }

  private static let quotaMessage =
    "You exceeded your current quota, please check your plan and billing details."

  private static func limitMessage(_ refusal: SimulatorLimits.Refusal) -> String {
    let unit = refusal.dimension == .requests ? "requests per min (RPM)" : "tokens per min (TPM)"
    let figures =
      "\(unit): Limit \(refusal.limit), Used \(refusal.limit - refusal.remaining), "
      + "Requested \(refusal.requested)."
    guard let wait = refusal.wait else { return "Request too large for the limit on \(figures)" }
    return "Rate limit reached on \(figures) Please try again in \(RateLimitHeaders.go(wait))."
  }
}

extension ReplyTerms {
  /// A refusal with its headers, in the shape chosen.
  func response(
    _ refusal: GatewayRefusal, _ standing: SimulatorLimits.Standing?
  ) throws -> Response {
    var response = try Response.json(shape.body(refusal), status: .init(code: refusal.status))
    response.add(RateLimitHeaders.headers(self, standing, refusal))
    return response
  }
}
