import Foundation
import Yams

extension ModelCatalog {
  /// Far above what any provider allows, and low enough that no sum or product of two overflows.
  static let highest = 1_000_000_000_000

  /// Reads and checks a file.
  ///
  /// - Throws: `ConfigurationError` with everything that is wrong, each by its key path, such as
  ///   `models[2].limits.requests_per_minute`.
  init(path: String) throws(ConfigurationError) {
    let root: Node?
    do {
      root = try Yams.compose(yaml: String(contentsOfFile: path, encoding: .utf8))
    } catch {
      let cause = (error as? CocoaError)?.localizedDescription ?? "\(error)"
      throw ConfigurationError(problems: [
        .unreadableFile(path: path, cause: "gateway.models_file: \(cause)")
      ])
    }
    self = try Self.read(root ?? Node([(Node, Node)]()), path)
  }

  private static func read(_ root: Node, _ path: String) throws(ConfigurationError) -> ModelCatalog
  {
    var reader = ModelCatalogReader(path: path)
    let values = reader.mapping(
      root.null == nil ? root : Node([(Node, Node)]()), at: "", keys: ["models", "fallbacks"])
    let models = reader.list(values["models"], at: "models", of: "models").enumerated()
      .map { index, node in model(node, at: "models[\(index)]", &reader) }
    if models.isEmpty, reader.problems.isEmpty {
      reader.refuse("models", values["models"], allowed: "a list of at least one model")
    }
    checkModels(models, &reader)
    let fallbacks = reader.list(values["fallbacks"], at: "fallbacks", of: "deployments")
      .enumerated().map { index, node in
        fallback(node, at: "fallbacks[\(index)]", models.compactMap { $0?.name }, &reader)
      }
    checkFallbacks(fallbacks, &reader)
    guard reader.problems.isEmpty else { throw ConfigurationError(problems: reader.problems) }
    return ModelCatalog(
      path: path, models: models.compactMap(\.self), fallbacks: fallbacks.compactMap(\.self))
  }

  // MARK: Models

  private static func model(
    _ node: Node, at path: String, _ reader: inout ModelCatalogReader
  ) -> Model? {
    let values = reader.mapping(
      node, at: path, keys: ["name", "default", "price", "limits", "context_tokens"])
    guard node.mapping != nil else { return nil }
    let name = reader.text(values["name"], at: "\(path).name")
    _ = reader.require(name, values["name"], at: "\(path).name", "the model's name at the gateway")
    let isDefault = reader.isTrue(values["default"], at: "\(path).default")
    let price = values["price"].flatMap { Self.price($0, at: "\(path).price", &reader) }
    let limits = values["limits"].map { Self.limits($0, at: "\(path).limits", &reader) }
    let context = reader.integer(
      values["context_tokens"], at: "\(path).context_tokens", 1...highest)
    return name.map {
      Model(
        name: $0, isDefault: isDefault, price: price, limits: limits ?? Limits(),
        contextTokens: context)
    }
  }

  private static func price(
    _ node: Node, at path: String, _ reader: inout ModelCatalogReader
  ) -> Price? {
    let values = reader.mapping(node, at: path, keys: ["input", "output", "currency"])
    guard node.mapping != nil else { return nil }
    func tokens(_ key: String) -> Int? {
      let value = reader.integer(values[key], at: "\(path).\(key)", 0...highest)
      return reader.require(
        value, values[key], at: "\(path).\(key)", "millionths of the currency a million tokens")
    }
    let (input, output) = (tokens("input"), tokens("output"))
    let currency = reader.text(values["currency"], at: "\(path).currency", .currency)
    _ = reader.require(
      currency, values["currency"], at: "\(path).currency", "an ISO 4217 code such as USD")
    guard let input, let output, let currency else { return nil }
    return Price(input: input, output: output, currency: currency)
  }

  private static func limits(
    _ node: Node, at path: String, _ reader: inout ModelCatalogReader
  ) -> Limits {
    let keys = [
      "requests_per_minute", "tokens_per_minute", "input_tokens_per_minute",
      "output_tokens_per_minute",
    ]
    let values = reader.mapping(node, at: path, keys: keys)
    let numbers = keys.map { reader.integer(values[$0], at: "\(path).\($0)", 1...highest) }
    return Limits(
      requestsPerMinute: numbers[0], tokensPerMinute: numbers[1], inputTokensPerMinute: numbers[2],
      outputTokensPerMinute: numbers[3])
  }

  private static func checkModels(_ models: [Model?], _ reader: inout ModelCatalogReader) {
    let defaults = models.enumerated().filter { $0.element?.isDefault == true }
    if defaults.count > 1 {
      reader.conflict(
        "At most one model may be the default",
        defaults.map { ("models[\($0.offset)].default", "true") })
    }
    let names = models.enumerated().map { ($0.offset, $0.element?.name) }
    checkUnique(names, "Each model must stand in it once", key: { "models[\($0)].name" }, &reader)
  }

  // MARK: Fallbacks

  private static func fallback(
    _ node: Node, at path: String, _ models: [String], _ reader: inout ModelCatalogReader
  ) -> Fallback? {
    let values = reader.mapping(
      node, at: path,
      keys: [
        "name", "base_url", "model", "provider", "auth", "api_key_env", "api_key_file",
        "usage_terms", "on",
      ])
    guard node.mapping != nil else { return nil }
    func needed(_ key: String, _ rule: ConfigurationKind.TextRule, _ allowed: String) -> String? {
      let value = reader.text(values[key], at: "\(path).\(key)", rule)
      return reader.require(value, values[key], at: "\(path).\(key)", allowed)
    }
    let name = needed("name", .word, ConfigurationKind.text(.word).allowed)
    let url = needed("base_url", .endpoint, ConfigurationKind.text(.endpoint).allowed)
    let model = needed("model", .nonEmpty, "one of models")
    if let model, !models.contains(model) {
      reader.refuse(
        "\(path).model", value: model,
        allowed: "a name of models (\(models.joined(separator: ", ")))")
    }
    let provider = needed("provider", .word, ConfigurationKind.text(.word).allowed)
    let authentication = reader.choice(
      values["auth"], at: "\(path).auth", [GatewaySettings.Authentication.bearer, .apiKey])
    let key = apiKey(values, at: path, &reader)
    let terms = reader.text(values["usage_terms"], at: "\(path).usage_terms")
    let conditions = conditions(values["on"], at: "\(path).on", &reader)
    guard let name, let url, let model, let provider else { return nil }
    return Fallback(
      name: name, baseURL: url, model: model, provider: provider,
      authentication: authentication ?? .bearer, apiKey: key, usageTerms: terms ?? "unspecified",
      conditions: conditions)
  }

  private static func apiKey(
    _ values: [String: Node], at path: String, _ reader: inout ModelCatalogReader
  ) -> Fallback.APIKey {
    let variable = reader.text(values["api_key_env"], at: "\(path).api_key_env")
    let file = reader.text(values["api_key_file"], at: "\(path).api_key_file")
    switch (variable, file) {
    case (let variable?, let file?):
      reader.conflict(
        "Only one of \(path).api_key_env and \(path).api_key_file may be given",
        [("\(path).api_key_env", variable), ("\(path).api_key_file", file)])
      return .none
    case (let variable?, nil): return .environment(variable)
    case (nil, let file?): return .file(file)
    case (nil, nil): return .none
    }
  }

  /// Without `on`, outages and used up quotas: a refused text goes elsewhere only where somebody asked for that.
  private static func conditions(
    _ node: Node?, at path: String, _ reader: inout ModelCatalogReader
  ) -> Set<Fallback.Condition> {
    guard let node else { return [.outage, .quota] }
    let items = reader.list(node, at: path, of: "outage, quota and content_filter")
    if items.isEmpty, node.sequence != nil {
      reader.refuse(path, node, allowed: "at least one of outage, quota, content_filter")
    }
    return Set(
      items.enumerated().compactMap { index, item in
        reader.choice(item, at: "\(path)[\(index)]", Fallback.Condition.allCases)
      })
  }

  private static func checkFallbacks(_ fallbacks: [Fallback?], _ reader: inout ModelCatalogReader) {
    let names = fallbacks.enumerated().map { ($0.offset, $0.element?.name) }
    checkUnique(
      names, "Each fallback needs a name of its own", key: { "fallbacks[\($0)].name" }, &reader)
    for case (let index, "gateway"?) in names {
      reader.refuse(
        "fallbacks[\(index)].name", value: "gateway", allowed: "any but that of the first one")
    }
  }

  private static func checkUnique(
    _ names: [(Int, String?)], _ rule: String, key: (Int) -> String,
    _ reader: inout ModelCatalogReader
  ) {
    for (name, places) in Dictionary(grouping: names, by: \.1).sorted(by: {
      $0.value[0].0 < $1.value[0].0
    }) {
      guard let name, places.count > 1 else { continue }
      reader.conflict(rule, places.map { (key($0.0), name) })
    }
  }
}
