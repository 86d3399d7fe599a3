import LLMGateway
import Logging

/// Whether the gateway answers, takes the key and knows the model. Costs one call of one token.
struct GatewayCheck {
  private let settings: GatewaySettings

  init(_ settings: GatewaySettings) { self.settings = settings }

  func finding() async -> Finding {
    guard let url = settings.baseURL else {
      return Finding(
        check: "gateway", verdict: .warn, found: "none is configured",
        advice: "set gateway.base_url; `highlights up` uses the simulator without one")
    }
    let client: GatewayClient
    do {
      client = GatewayClient(
        try settings.deployment(baseURL: url), retryPolicy: RetryPolicy(maximumAttempts: 1),
        logger: Logger(label: "doctor"))
    } catch {
      return Finding(check: "gateway", verdict: .fail, found: "\(error)")
    }
    let request = ChatRequest(messages: [ChatMessage(.user, "Say yes.")], maxTokens: 1)
    let finding: Finding
    do throws(GatewayError) {
      let reply = try await client.complete(request, deadline: .now + .seconds(30))
      finding = Finding(check: "gateway", verdict: .ok, found: "\(url): \(reply.model) answers")
    } catch {
      finding = Finding(
        check: "gateway", verdict: .fail, found: "\(url): \(error)", advice: advice(error.kind))
    }
    await client.shutdown()
    return finding
  }

  private func advice(_ kind: GatewayError.Kind) -> String {
    switch kind {
    case .authentication, .permission: "is the key right (gateway.api_key_file or OPENAI_API_KEY)?"
    case .notFound: "is the URL right up to /chat/completions, and the model's name?"
    case .unreachable, .timeout:
      "is the address right (gateway.base_url), and a gateway running there?"
    case .quotaExhausted: "the provider's quota is used up"
    case .gatewayBudget: "the budget that the gateway keeps for this key is spent"
    default: ""
    }
  }
}
