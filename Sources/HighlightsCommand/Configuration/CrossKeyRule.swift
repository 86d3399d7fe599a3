import Kafka
import LookupService

/// What several settings must keep together.
struct CrossKeyRule: Sendable {
  /// What must hold, to begin a sentence with.
  let rule: String
  let keys: [String]
  let holds: @Sendable (Settings) -> Bool

  func problem(in values: ConfigurationValues) -> ConfigurationError.Problem {
    .conflict(rule: rule, keys.map(values.participant))
  }

  static let all: [CrossKeyRule] = kafka + worker + limits + highlights + catalog + serve

  private static let serve: [CrossKeyRule] = [
    CrossKeyRule(
      rule: "serve.waiters must be below serve.connections, or those who wait keep out all others",
      keys: ["serve.waiters", "serve.connections"]
    ) { $0.serve.limits.waiters < $0.serve.limits.connections }
  ]

  private static let kafka: [CrossKeyRule] = [
    CrossKeyRule(
      rule: "kafka.security.ca_file needs kafka.security.protocol ssl or sasl_ssl",
      keys: ["kafka.security.ca_file", "kafka.security.protocol"]
    ) { $0.kafka.caFile == nil || [.ssl, .saslSSL].contains($0.kafka.security) },
    CrossKeyRule(
      rule: "kafka.security.sasl_mechanism goes with kafka.security.protocol sasl_plaintext or "
        + "sasl_ssl, and none with the others",
      keys: ["kafka.security.sasl_mechanism", "kafka.security.protocol"]
    ) { ($0.kafka.saslMechanism != nil) == $0.kafka.usesSASL },
    CrossKeyRule(
      rule: "SASL needs kafka.security.username and kafka.security.password_file",
      keys: [
        "kafka.security.protocol", "kafka.security.username", "kafka.security.password_file",
      ]
    ) { !$0.kafka.usesSASL || ($0.kafka.username != nil && $0.kafka.passwordFile != nil) },
    CrossKeyRule(
      rule: "Every kafka.topics key must name another topic",
      keys: ["queries", "backfill", "highlights", "outcomes", "dead", "control", "workers"].map {
        "kafka.topics.\($0)"
      }
    ) { Set($0.kafka.topics.all).count == $0.kafka.topics.all.count },
  ]

  private static let worker: [CrossKeyRule] = [
    CrossKeyRule(
      rule: "worker.in_flight_per_partition must not exceed worker.in_flight",
      keys: ["worker.in_flight_per_partition", "worker.in_flight"]
    ) { $0.worker.inFlightPerPartition <= $0.worker.inFlight },
    CrossKeyRule(
      rule: "gateway.max_connections must not be below worker.in_flight",
      keys: ["gateway.max_connections", "worker.in_flight"]
    ) { $0.gateway.maxConnections >= $0.worker.inFlight },
    CrossKeyRule(
      rule: "worker.drain_timeout must exceed gateway.timeout",
      keys: ["worker.drain_timeout", "gateway.timeout"]
    ) { $0.worker.drainTimeout > $0.gateway.timeout },
    CrossKeyRule(
      rule: "worker.drain_timeout must be below worker.max_poll_interval",
      keys: ["worker.drain_timeout", "worker.max_poll_interval"]
    ) { $0.worker.drainTimeout < $0.worker.maxPollInterval },
    CrossKeyRule(
      rule: "worker.session_timeout must not exceed worker.max_poll_interval",
      keys: ["worker.session_timeout", "worker.max_poll_interval"]
    ) { $0.worker.sessionTimeout <= $0.worker.maxPollInterval },
    CrossKeyRule(
      rule: "worker.retry_backoff must not exceed worker.retry_backoff_max",
      keys: ["worker.retry_backoff", "worker.retry_backoff_max"]
    ) { $0.worker.retryBackoff <= $0.worker.retryBackoffMax },
    CrossKeyRule(
      rule: "worker.retry_backoff must not exceed worker.hold_backoff_max",
      keys: ["worker.retry_backoff", "worker.hold_backoff_max"]
    ) { $0.worker.retryBackoff <= $0.worker.holdBackoffMax },
    CrossKeyRule(
      rule: "worker.group and cache.group must differ",
      keys: ["worker.group", "cache.group"]
    ) { $0.worker.group != $0.cache.group },
  ]

  private static let limits: [CrossKeyRule] = [
    CrossKeyRule(
      rule: "limits.fixed_share below 100 needs limits.share fixed",
      keys: ["limits.fixed_share", "limits.share"]
    ) { $0.limits.share == .fixed || $0.limits.fixedShare == 100 },
    CrossKeyRule(
      rule: "budget.amount needs gateway.models_file with the prices",
      keys: ["budget.amount", "gateway.models_file"]
    ) { $0.budget.amountMicros == nil || $0.gateway.modelsFile != nil },
  ]

  private static let highlights: [CrossKeyRule] = [
    CrossKeyRule(
      rule: "highlights.fresh_for must not exceed highlights.expires_after",
      keys: ["highlights.fresh_for", "highlights.expires_after"]
    ) { $0.highlights.freshFor <= $0.highlights.expiresAfter },
    CrossKeyRule(
      rule: "highlights.no_answer_fresh_for must not exceed highlights.expires_after",
      keys: ["highlights.no_answer_fresh_for", "highlights.expires_after"]
    ) { $0.highlights.noAnswerFreshFor <= $0.highlights.expiresAfter },
  ]

  private static let catalog: [CrossKeyRule] = [
    CrossKeyRule(
      rule: "catalog.path and catalog.url must not both be set",
      keys: ["catalog.path", "catalog.url"]
    ) { $0.catalog.path == nil || $0.catalog.url == nil },
    CrossKeyRule(
      rule: "catalog.path and store.path must differ",
      keys: ["catalog.path", "store.path"]
    ) { $0.catalog.path != $0.store.path },
  ]
}
