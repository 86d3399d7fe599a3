import Foundation
import LLMGateway

/// What may be called, first choice first, within which limits and for how much money.
struct GatewayPlan: Sendable, Hashable {
  /// At least one; the first is the gateway of `gateway.*`, those after it ask it for the models of variants.
  let steps: [Step]
  /// Nothing means that no budget is set. With one, every step has a price in its currency.
  let budget: Budget?

  /// One deployment.
  struct Step: Sendable, Hashable {
    let deployment: Deployment
    /// Nothing without `gateway.models_file`, and for a model without a price.
    let price: ModelCatalog.Price?
    /// Nothing limited without `gateway.models_file`.
    let limits: ModelCatalog.Limits
    /// The most tokens of a call, prompt and reply together, where that is known.
    let contextTokens: Int?
    /// What calls for it; empty for the first, which needs no reason, and for a variant's model, which is asked for.
    let conditions: Set<ModelCatalog.Fallback.Condition>
  }

  /// `budget.*` where an amount is set.
  struct Budget: Sendable, Hashable {
    /// Millionths of ``currency``, above 0.
    let amountMicros: Int
    let currency: String
    let period: BudgetSettings.Period
    /// Percent of the amount.
    let warnAt: Int
    /// Percent of the amount.
    let backfillUntil: Int
    /// Percent of a partition's part.
    let block: Int
  }
}

extension Settings {
  /// Reads `gateway.models_file` and makes the plan.
  ///
  /// - Parameter baseURL: the first deployment's.
  /// - Throws: `ConfigurationError` that names the key: what is wrong in the file, a `gateway.model` or a variant's
  ///   model that is not in it, a budget without a price of each model or in another currency, a key that is not where it should be.
  ///   `DeploymentError` for other values of `gateway.*` that cannot work.
  func gatewayPlan(
    baseURL: String, environment: [String: String] = ProcessInfo.processInfo.environment
  ) throws -> GatewayPlan {
    let catalog = try gateway.catalog()
    let model = try gateway.model(in: catalog)
    var steps = [
      GatewayPlan.Step(
        try gateway.deployment(baseURL: baseURL, model: model), catalog?.model(named: model),
        conditions: [])
    ]
    for variant in try variantCatalog().models(besides: model, in: catalog) {
      steps.append(
        GatewayPlan.Step(
          try gateway.deployment(
            baseURL: baseURL, model: variant.name, name: Self.deploymentName(of: variant)),
          variant, conditions: []))
    }
    for (index, fallback) in (catalog?.fallbacks ?? []).enumerated() {
      let secret = try fallback.secret(
        at: "fallbacks[\(index)]", of: catalog?.path ?? "", environment)
      steps.append(
        GatewayPlan.Step(
          try gateway.deployment(fallback, secret), catalog?.model(named: fallback.model),
          conditions: fallback.conditions))
    }
    return GatewayPlan(steps: steps, budget: try budget.checked(steps, in: catalog))
  }

  /// As it stands in logs and metrics, where a name is a word.
  private static func deploymentName(of model: ModelCatalog.Model) -> String {
    String("gateway.\(model.name.replacing(/[^A-Za-z0-9._-]/, with: "-"))".prefix(64))
  }
}

extension GatewayPlan.Step {
  fileprivate init(
    _ deployment: Deployment, _ model: ModelCatalog.Model?,
    conditions: Set<ModelCatalog.Fallback.Condition>
  ) {
    self.init(
      deployment: deployment, price: model?.price, limits: model?.limits ?? .init(),
      contextTokens: model?.contextTokens, conditions: conditions)
  }
}

extension VariantCatalog {
  /// What the models file says of the models that variants declare.
  ///
  /// - Throws: `ConfigurationError` for one that it does not have: its limits and price would be unknown.
  func models(
    besides first: String, in catalog: ModelCatalog?
  ) throws(ConfigurationError) -> [ModelCatalog.Model] {
    var found: [ModelCatalog.Model] = []
    var problems: [ConfigurationError.Problem] = []
    for (name, key) in models {
      if let model = catalog?.model(named: name) {
        if name != first { found.append(model) }
        continue
      }
      problems.append(
        .contradiction(
          key: key, value: name, file: catalog?.path ?? "gateway.models_file",
          says: catalog.map { "has only \($0.names)" } ?? "names no file of models"))
    }
    guard problems.isEmpty else { throw ConfigurationError(problems: problems) }
    return found
  }
}

extension GatewaySettings {
  /// `gateway.models_file`, if one is named.
  func catalog() throws(ConfigurationError) -> ModelCatalog? {
    try modelsFile.map { path throws(ConfigurationError) in try ModelCatalog(path: path) }
  }

  /// The model to ask for: `gateway.model`, and where that is "default" and no model's name, the file's default.
  func model(in catalog: ModelCatalog?) throws(ConfigurationError) -> String {
    guard let catalog, catalog.model(named: model) == nil else { return model }
    if model == "default", let named = catalog.defaultModel { return named.name }
    let says =
      model == "default"
      ? "marks no model as its default (\(catalog.names))" : "has only \(catalog.names)"
    throw ConfigurationError(problems: [
      .contradiction(key: "gateway.model", value: model, file: catalog.path, says: says)
    ])
  }

  /// A fallback, which shares only times and numbers with the first: headers and query items are the first's own.
  fileprivate func deployment(
    _ fallback: ModelCatalog.Fallback, _ secret: Secret?
  ) throws -> Deployment {
    try Deployment(
      name: fallback.name, provider: fallback.provider, baseURL: fallback.baseURL,
      model: fallback.model, authentication: fallback.authentication.carrying(secret),
      requestTimeout: timeout, usageTerms: fallback.usageTerms, maximumConnections: maxConnections)
  }
}

extension ModelCatalog.Fallback {
  /// The credential, looked at now: in the outage that it is for would be too late.
  fileprivate func secret(
    at key: String, of file: String, _ environment: [String: String]
  ) throws(ConfigurationError) -> Secret? {
    switch apiKey {
    case .none: return nil
    case .environment(let variable):
      do { return try .environment(variable, in: environment) } catch {
        throw ConfigurationError(problems: [
          .invalidValue(
            key: "\(key).api_key_env", value: variable,
            allowed: "a variable of the environment with a key; \(error)", .file(file))
        ])
      }
    case .file(let path):
      do { return try .file(path) } catch {
        throw ConfigurationError(problems: [
          .invalidValue(
            key: "\(key).api_key_file", value: path, allowed: "a file with a key; \(error)",
            .file(file))
        ])
      }
    }
  }
}

extension BudgetSettings {
  /// The budget, if one is set.
  ///
  /// - Throws: `ConfigurationError` when a model that may be called has no price, so that its calls could not be
  ///   counted, or one in another currency.
  fileprivate func checked(
    _ steps: [GatewayPlan.Step], in catalog: ModelCatalog?
  ) throws(ConfigurationError) -> GatewayPlan.Budget? {
    guard let amountMicros else { return nil }
    let file = catalog?.path ?? "gateway.models_file"
    var problems: [ConfigurationError.Problem] = []
    for step in steps {
      let model = step.deployment.model
      let index = catalog?.models.firstIndex { $0.name == model } ?? 0
      guard let price = step.price else {
        problems.append(
          .contradiction(
            key: "budget.amount", value: Quantity.text(micros: UInt64(amountMicros)), file: file,
            says: "has no price of \(model) (models[\(index)].price)"))
        continue
      }
      guard price.currency != currency else { continue }
      problems.append(
        .contradiction(
          key: "budget.currency", value: currency, file: file,
          says: "has the price of \(model) in \(price.currency) (models[\(index)].price.currency)"))
    }
    guard problems.isEmpty else { throw ConfigurationError(problems: problems) }
    return GatewayPlan.Budget(
      amountMicros: amountMicros, currency: currency, period: period, warnAt: warnAt,
      backfillUntil: backfillUntil, block: block)
  }
}
