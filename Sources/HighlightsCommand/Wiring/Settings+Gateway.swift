import GatewaySimulator
import Highlights
import LLMGateway
import Summarizer

extension GatewaySettings {
  /// The deployment that is called first.
  ///
  /// - Throws: `ConfigurationError` or `DeploymentError`, naming the key.
  func deployment(baseURL: String) throws -> Deployment {
    try deployment(baseURL: baseURL, model: model(in: catalog()))
  }

  func deployment(
    baseURL: String, model: String, name: String = "gateway"
  ) throws -> Deployment {
    try Deployment(
      name: name, provider: provider, baseURL: baseURL, model: model,
      authentication: authentication.carrying(apiKey.secret()), query: queryItems,
      headers: headers, requestTimeout: timeout, usageTerms: usageTerms,
      maximumConnections: maxConnections)
  }

  var retryPolicy: RetryPolicy { RetryPolicy(maximumAttempts: attempts) }
}

extension GatewaySettings.Authentication {
  func carrying(_ secret: Secret?) -> Deployment.Authentication {
    switch (secret, self) {
    case (nil, _): .none
    case (let secret?, .bearer): .bearer(secret)
    case (let secret?, .apiKey): .apiKey(secret)
    }
  }
}

extension Settings {
  /// The largest search that is taken, at the worker and where searches are published.
  var searchLimits: SearchLimits {
    SearchLimits(
      textLength: highlights.textMaxCharacters, videos: highlights.videosMax,
      segments: highlights.segmentsMax)
  }

  /// - Parameter client: its preferred deployment is the default variant's; the others answer for the variants that
  ///   declare their models.
  /// - Throws: `ConfigurationError` for a folder without a usable prompt.
  func summarizer(_ client: GatewayClient) throws(ConfigurationError) -> SummarizerSettings {
    let deployment = client.deployment
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
      backfillTopic: kafka.topics.backfill, limits: searchLimits,
      evidence: EvidenceLimits(tokens: highlights.evidenceTokens),
      policy: policy,
      prompt: try PromptTemplate.read(highlights.prompt, key: "highlights.prompt"),
      variants: try variantCatalog().settings(client.targets.map(\.deployment)),
      answersWithoutEvidence: answers.withoutEvidence,
      generalPrompt: try PromptTemplate.readGeneral(answers.prompt, key: "answers.prompt"),
      deployment: deployment, maxOutputTokens: gateway.maxOutputTokens,
      temperature: gateway.temperature)
  }
}

extension PromptTemplate {
  /// The prompt of a setting; the built-in one where it names no folder.
  static func read(_ folder: String?, key: String) throws(ConfigurationError) -> PromptTemplate {
    guard let folder else { return .highlight }
    do { return try PromptTemplate(folder: folder) } catch {
      throw ConfigurationError(problems: [.unusablePrompt(key: key, folder: folder, error)])
    }
  }

  static func readGeneral(
    _ folder: String?, key: String
  ) throws(ConfigurationError) -> PromptTemplate {
    guard let folder else { return .general }
    do { return try PromptTemplate(generalFolder: folder) } catch {
      throw ConfigurationError(problems: [.unusablePrompt(key: key, folder: folder, error)])
    }
  }
}
