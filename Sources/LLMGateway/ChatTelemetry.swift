import Foundation
import Metrics
import Tracing

/// The names that this room records under.
public enum LLMGatewayMetric: String, CaseIterable, Sendable {
  case calls = "llm_gateway.calls"
  case cost = "llm_gateway.cost_micros"
  case turn = "llm_gateway.turn"
  case duration = "gen_ai.client.operation.duration"
  case tokens = "gen_ai.client.token.usage"
}

/// Spans and metrics of one logical call with all its retries, under OpenTelemetry's GenAI names.
struct ChatTelemetry: Sendable {
  private let deployment: Deployment

  init(_ deployment: Deployment) {
    self.deployment = deployment
  }

  var spanName: String { "chat \(deployment.model)" }

  private var provider: String {
    deployment.provider == "azure" ? "azure.ai.openai" : deployment.provider
  }

  func began(_ request: ChatRequest, on span: any Span) {
    guard span.isRecording else { return }
    span.updateAttributes { attributes in
      attributes["gen_ai.operation.name"] = "chat"
      attributes["gen_ai.provider.name"] = provider
      attributes["gen_ai.request.model"] = deployment.model
      attributes["gen_ai.request.max_tokens"] = request.maxTokens
      attributes["gen_ai.request.temperature"] = request.temperature
      attributes["gen_ai.request.seed"] = request.seed
      attributes["server.address"] = deployment.baseURL.host(percentEncoded: false)
      attributes["server.port"] =
        deployment.baseURL.port ?? (deployment.baseURL.scheme == "http" ? 80 : 443)
    }
  }

  /// Counts one call of several; `outcome` is `ok` or an error's word.
  func called(outcome: String) {
    Counter(
      label: LLMGatewayMetric.calls.rawValue,
      dimensions: [("deployment", deployment.name), ("outcome", outcome)]
    ).increment()
  }

  /// Takes note of how long a call waited for its turn.
  func waited(_ duration: Duration) {
    Timer(
      label: LLMGatewayMetric.turn.rawValue, dimensions: [("deployment", deployment.name)]
    ).record(duration: duration)
  }

  /// Counts what a call cost.
  func charged(_ cost: Cost?) {
    guard let cost, cost.micros > 0 else { return }
    Counter(
      label: LLMGatewayMetric.cost.rawValue,
      dimensions: [("deployment", deployment.name), ("currency", cost.currency)]
    ).increment(by: cost.micros)
  }

  func ended(_ result: Result<ChatReply, GatewayError>, took duration: Duration, on span: any Span)
  {
    var dimensions = [
      ("gen_ai.operation.name", "chat"), ("gen_ai.provider.name", provider),
      ("gen_ai.request.model", deployment.model),
    ]
    switch result {
    case .success(let reply):
      record(reply, on: span)
      record(reply.usage, dimensions)
    case .failure(let error):
      dimensions.append(("error.type", error.kind.word))
      span.attributes["error.type"] = error.kind.word
      span.recordError(error)
      span.setStatus(SpanStatus(code: .error, message: error.kind.word))
    }
    Timer(label: LLMGatewayMetric.duration.rawValue, dimensions: dimensions)
      .record(duration: duration)
  }

  private func record(_ reply: ChatReply, on span: any Span) {
    guard span.isRecording else { return }
    span.updateAttributes { attributes in
      attributes["gen_ai.response.id"] = reply.responseID
      attributes["gen_ai.response.model"] = reply.model
      attributes["gen_ai.response.finish_reasons"] = [reply.finishReason.wire]
      attributes["gen_ai.usage.input_tokens"] = reply.usage?.input
      attributes["gen_ai.usage.output_tokens"] = reply.usage?.output
    }
  }

  private func record(_ usage: TokenUsage?, _ dimensions: [(String, String)]) {
    guard let usage else { return }
    for (type, count) in [("input", usage.input), ("output", usage.output)] {
      Recorder(
        label: LLMGatewayMetric.tokens.rawValue,
        dimensions: dimensions + [("gen_ai.token.type", type)]
      ).record(count)
    }
  }
}
