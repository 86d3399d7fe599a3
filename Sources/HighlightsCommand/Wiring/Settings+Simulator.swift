import GatewaySimulator
import LLMGateway

extension SimulatorSettings {
  var configuration: GatewaySimulatorConfiguration {
    GatewaySimulatorConfiguration(
      host: host, port: port,
      latency: latencySigma == 0
        ? .fixed(latency)
        : .logNormal(median: latency, sigma: latencySigma, cap: latency * 30),
      maxConcurrency: concurrency, mode: answering,
      behavior: behavior)
  }

  private var answering: GatewaySimulatorConfiguration.Mode {
    switch mode {
    case .extractive: .extractive
    case .fixed: .fixedReply
    case .gullible: .gullible
    case .liar: .liar
    }
  }

  private var behavior: GatewayBehavior {
    var behavior = GatewayBehavior()
    behavior.requestsPerMinute = requestsPerMinute
    behavior.tokensPerMinute = tokensPerMinute
    behavior.window =
      switch window {
      case .sliding: .sliding
      case .fixed: .fixed
      case .bucket: .bucket
      }
    behavior.shape =
      switch shape {
      case .openai: .openai
      case .azure: .azure
      case .litellm: .litellm
      }
    behavior.fixedPromptTokens = fixedPromptTokens
    behavior.fixedOutputTokens = fixedOutputTokens
    return behavior
  }

  /// The simulator of the quick start as a deployment.
  func deployment(port: Int, timeout: Duration, maxConnections: Int) throws -> Deployment {
    try Deployment(
      name: "simulator", provider: "simulator", baseURL: "http://\(host):\(port)/v1",
      model: ExtractiveModel.name, authentication: .none, requestTimeout: timeout,
      usageTerms: "none: \(ExtractiveModel.label)", maximumConnections: maxConnections)
  }
}
