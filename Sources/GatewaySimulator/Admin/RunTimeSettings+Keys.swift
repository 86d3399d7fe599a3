extension RunTimeSettings {
  /// Every setting there is.
  static let keys: [SettingKey] = limits + replies + faults

  private static let limits: [SettingKey] = [
    .count("requests_per_minute", \.behavior.requestsPerMinute),
    .count("tokens_per_minute", \.behavior.tokensPerMinute),
    .choice("window", \.behavior.window),
    .count("bucket_requests", \.behavior.bucketRequests, none: "requests_per_minute"),
    .count("bucket_tokens", \.behavior.bucketTokens, none: "tokens_per_minute"),
    .choice("count_output", \.behavior.countOutput),
    .flag("count_refused", \.behavior.countRefused),
    .count("outside_requests_per_minute", \.behavior.outsideRequestsPerMinute),
    .count("outside_tokens_per_minute", \.behavior.outsideTokensPerMinute),
  ]

  private static let replies: [SettingKey] = [
    .choice("shape", \.behavior.shape),
    .flag("litellm_key_limits", \.behavior.litellmKeyLimits),
    .count(
      "fixed_prompt_tokens", \.behavior.fixedPromptTokens, none: "an estimate", zero: "none"),
    .count(
      "fixed_output_tokens", \.behavior.fixedOutputTokens, none: "an estimate", zero: "none"),
    .duration("latency", \.latencyMedian),
    SettingKey(name: "latency_sigma", allowed: "a number from 0 to 3") {
      .number($0.latencySigma)
    } write: { settings, value in
      guard case .number(let sigma) = value, (0...3).contains(sigma) else { return false }
      settings.latencySigma = sigma
      return true
    },
  ]

  private static let faults: [SettingKey] = [
    SettingKey(
      name: "faults",
      allowed: "an object of \(SimulatedFault.names), each with its probability from 0 to 1, "
        + "together at most 1, or null for none"
    ) {
      .object(
        Dictionary(
          uniqueKeysWithValues: $0.behavior.faults.map { ($0.key.name, .number($0.value)) }))
    } write: {
      $0.mergeFaults($1)
    },
    SettingKey(
      name: "outages",
      allowed: "a list of {\"after\", \"for\", \"kind\"}, with kind one of "
        + "\(SimulatedFault.names), after and for \(SettingDuration.allowed), for not 0"
    ) {
      .array($0.outages.map(\.json))
    } write: { settings, value in
      guard let outages = RunTimeSettings.outages(value) else { return false }
      settings.outages = outages
      return true
    },
    .duration("slow_by", \.behavior.slowBy),
    .count("length_below", \.behavior.lengthBelow),
    .count("invalid_replies", \.behavior.invalidReplies),
    .count("quota_after", \.behavior.quotaAfter, none: "never", zero: "now"),
    .count("budget_after", \.behavior.budgetAfter, none: "never", zero: "now"),
    SettingKey(name: "budget_status", allowed: "400, 429") {
      .number(Double($0.behavior.budgetStatus))
    } write: { settings, value in
      guard let status = value.integer, [400, 429].contains(status) else { return false }
      settings.behavior.budgetStatus = status
      return true
    },
  ]
}

extension RunTimeSettings {
  /// Every setting with its value.
  var json: JSONValue {
    .object(Dictionary(uniqueKeysWithValues: Self.keys.map { ($0.name, $0.read(self)) }))
  }

  /// Takes over what `patch` names and leaves the rest.
  ///
  /// - Throws: ``GatewaySimulatorError/invalidSetting(key:value:allowed:)``.
  mutating func merge(_ patch: [String: JSONValue]) throws(GatewaySimulatorError) {
    for (name, value) in patch.sorted(by: { $0.key < $1.key }) {
      guard let key = Self.keys.first(where: { $0.name == name }) else {
        throw .invalidSetting(
          key: name, value: value.text,
          allowed: "only " + Self.keys.map(\.name).joined(separator: ", "))
      }
      guard key.write(&self, value) else {
        throw .invalidSetting(key: name, value: value.text, allowed: key.allowed)
      }
    }
  }

  fileprivate mutating func mergeFaults(_ value: JSONValue) -> Bool {
    if value == .null {
      behavior.faults = [:]
      return true
    }
    guard case .object(let rates) = value else { return false }
    var faults = behavior.faults
    for (name, rate) in rates {
      guard let fault = SimulatedFault(name: name) else { return false }
      switch rate {
      case .null, .number(0): faults[fault] = nil
      case .number(let rate) where (0...1).contains(rate): faults[fault] = rate
      default: return false
      }
    }
    // A little more than 1 is 1: tenths do not add up exactly.
    guard faults.values.reduce(0, +) < 1 + 1e-9 else { return false }
    behavior.faults = faults
    return true
  }

  fileprivate static func outages(_ value: JSONValue) -> [PlannedOutage]? {
    if value == .null { return [] }
    guard case .array(let items) = value else { return nil }
    let outages = items.compactMap(PlannedOutage.init)
    return outages.count == items.count ? outages : nil
  }

  /// The latency, or the median of latencies that are spread.
  fileprivate var latencyMedian: Duration {
    get {
      switch latency {
      case .fixed(let duration), .logNormal(let duration, _, _): duration
      }
    }
    set { latency = Self.latency(newValue, latencySigma) }
  }

  fileprivate var latencySigma: Double {
    get {
      if case .logNormal(_, let sigma, _) = latency { sigma } else { 0 }
    }
    set { latency = Self.latency(latencyMedian, newValue) }
  }

  private static func latency(
    _ median: Duration, _ sigma: Double
  ) -> GatewaySimulatorConfiguration.Latency {
    sigma == 0
      ? .fixed(median) : .logNormal(median: median, sigma: sigma, cap: median * 30)
  }
}

extension RunTimeSettings.PlannedOutage {
  fileprivate init?(_ value: JSONValue) {
    guard case .object(let fields) = value,
      Set(fields.keys).isSubset(of: ["after", "for", "kind"]),
      let after = SettingDuration.parse(fields["after"] ?? .number(0)),
      let length = fields["for"].flatMap(SettingDuration.parse), length > .zero,
      let fault = Self.fault(fields["kind"])
    else { return nil }
    self.init(after: after, length: length, fault: fault)
  }

  fileprivate var json: JSONValue {
    [
      "after": SettingDuration.json(after), "for": SettingDuration.json(length),
      "kind": .string(fault.name),
    ]
  }

  /// A status may be written as a number.
  private static func fault(_ kind: JSONValue?) -> SimulatedFault? {
    switch kind {
    case .string(let name): SimulatedFault(name: name)
    case .number: SimulatedFault(name: kind?.text ?? "")
    default: nil
    }
  }
}
