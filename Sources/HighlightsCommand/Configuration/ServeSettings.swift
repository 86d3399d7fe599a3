import LookupService

/// The look-up API.
struct ServeSettings: Sendable, Hashable {
  let host: String
  /// 0 takes a free one.
  let port: Int
  let allowedOrigins: [String]
  let forwardingProxies: Int
  let videosPerSearch: Int
  let writeToken: SecretText
  let adminToken: SecretText
  let limits: LookupServiceConfiguration.Limits
  /// Whether ``limits`` has what may be published, or a tenth of the model's limit is to be taken.
  let newKeysArePartOfLimit: Bool
  let lives: LookupServiceConfiguration.Lives

  init(_ values: ConfigurationValues) {
    host = values.text("serve.host")
    port = values.integer("serve.port")
    allowedOrigins = values.items("serve.allowed_origins")
    forwardingProxies = values.integer("serve.forwarding_proxies")
    videosPerSearch = values.integer("serve.videos_per_search")
    writeToken = SecretText(values, "serve.write_token")
    adminToken = SecretText(values, "serve.admin_token")
    func rate(_ key: String, burst: String) -> Rate {
      Rate(perMinute: Double(values.integer(key)), burst: Double(values.integer(burst)))
    }
    var limits = LookupServiceConfiguration.Limits()
    limits.cacheBytes = values.integer("serve.cache")
    limits.client = rate("serve.client_per_minute", burst: "serve.client_burst")
    limits.clients = values.integer("serve.clients")
    let newKeys = rate("serve.new_keys_per_minute", burst: "serve.new_keys_burst")
    newKeysArePartOfLimit = newKeys.perMinute == 0
    if !newKeysArePartOfLimit { limits.newKeys = newKeys }
    limits.newKeys.burst = newKeys.burst
    limits.pendingSearches = values.integer("serve.pending_searches")
    limits.connections = values.integer("serve.connections")
    limits.waiters = values.integer("serve.waiters")
    limits.bodyBytes = values.integer("serve.body_max")
    limits.queriesPerRequest = values.integer("serve.queries_per_request")
    limits.work = values.duration("serve.work_timeout")
    limits.takedown = values.duration("serve.takedown_timeout")
    limits.wait = values.duration("serve.wait_max")
    limits.stream = values.duration("serve.stream_max")
    limits.idle = values.duration("serve.idle_timeout")
    self.limits = limits
    lives = LookupServiceConfiguration.Lives(
      cached: values.duration("serve.cached_for"), shared: values.duration("serve.shared_for"),
      published: values.duration("serve.published_for"),
      failed: values.duration("serve.failed_for"))
  }
}

extension Settings {
  /// The look-up service's configuration.
  ///
  /// - Throws: `ConfigurationError` for a token that is not where it should be, or is none.
  func lookupService() throws -> LookupServiceConfiguration {
    var limits = serve.limits
    if serve.newKeysArePartOfLimit, let catalog = try gateway.catalog() {
      let model = try gateway.model(in: catalog)
      if let limit = catalog.model(named: model)?.limits.requestsPerMinute {
        limits.newKeys.perMinute = max(1, Double(limit) / 10)
        limits.newKeys.burst = min(limits.newKeys.burst, limits.newKeys.perMinute)
      }
    }
    return LookupServiceConfiguration(
      host: serve.host, port: serve.port, limits: limits, lives: serve.lives,
      tokens: .init(
        write: try token(serve.writeToken), admin: try token(serve.adminToken)),
      allowedOrigins: serve.allowedOrigins, forwardingProxies: serve.forwardingProxies,
      videosPerSearch: serve.videosPerSearch)
  }

  private func token(_ secret: SecretText) throws(ConfigurationError) -> String? {
    guard let token = try secret.text() else { return nil }
    // RFC 6750 allows no more in a header; fewer than 16 can be guessed.
    guard token.wholeMatch(of: /[A-Za-z0-9._~+\/-]{16,}=*/) != nil else {
      throw secret.problem(allowed: "16 or more letters, digits and . _ ~ + / -, then =")
    }
    return token
  }
}
