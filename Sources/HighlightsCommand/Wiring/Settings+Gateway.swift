import GatewaySimulator
import Highlights
import LLMGateway
import Summarizer

extension GatewaySettings {
  /// The deployment that is called.
  ///
  /// - Throws: `ConfigurationError` or `DeploymentError`, naming the key.
  func deployment(baseURL: String) throws -> Deployment {
    let authentication: Deployment.Authentication =
      switch (try apiKey.secret(), self.authentication) {
      case (nil, _): .none
      case (let secret?, .bearer): .bearer(secret)
      case (let secret?, .apiKey): .apiKey(secret)
      }
    return try Deployment(
      name: "gateway", provider: provider, baseURL: baseURL, model: model,
      authentication: authentication, query: queryItems, headers: headers,
      requestTimeout: timeout, usageTerms: usageTerms, maximumConnections: maxConnections)
  }

  var retryPolicy: RetryPolicy { RetryPolicy(maximumAttempts: attempts) }
}

extension SimulatorSettings {
  var configuration: GatewaySimulatorConfiguration {
    GatewaySimulatorConfiguration(
      host: host, port: port,
      latency: latencySigma == 0
        ? .fixed(latency)
        : .logNormal(median: latency, sigma: latencySigma, cap: latency * 30),
      maxConcurrency: concurrency, mode: mode == .fixed ? .fixedReply : .extractive)
  }

  /// The simulator of the quick start as a deployment.
  func deployment(port: Int, timeout: Duration, maxConnections: Int) throws -> Deployment {
    try Deployment(
      name: "simulator", provider: "simulator", baseURL: "http://\(host):\(port)/v1",
      model: ExtractiveModel.name, authentication: .none, requestTimeout: timeout,
      usageTerms: "none: \(ExtractiveModel.label)", maximumConnections: maxConnections)
  }
}

extension Settings {
  /// The largest search that is taken, at the worker and where searches are published.
  var searchLimits: SearchLimits {
    SearchLimits(
      textLength: highlights.textMaxCharacters, videos: highlights.videosMax,
      segments: highlights.segmentsMax)
  }

  func summarizer(_ deployment: Deployment) -> SummarizerSettings {
    typealias Life = HighlightPolicy.Life
    let short = Life(
      freshFor: highlights.noAnswerFreshFor,
      expiresAfter: max(highlights.noAnswerFreshFor, highlights.expiresAfter))
    var policy = HighlightPolicy(
      answered: Life(
        freshFor: highlights.freshFor, expiresAfter: highlights.expiresAfter),
      noAnswer: [:], otherNoAnswer: short, maxShownVideos: highlights.maxVideosShown,
      pipelineVersion: Version.current)
    if deployment.provider == "simulator" {
      policy.label = "Written by an \(ExtractiveModel.label), from the videos below"
    }
    return SummarizerSettings(
      highlightsTopic: kafka.topics.highlights, outcomesTopic: kafka.topics.outcomes,
      limits: searchLimits, evidence: EvidenceLimits(tokens: highlights.evidenceTokens),
      policy: policy, deployment: deployment, maxOutputTokens: gateway.maxOutputTokens,
      temperature: gateway.temperature)
  }
}
