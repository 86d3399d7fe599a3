import Kafka

/// The brokers, how to reach them, and the topics.
struct KafkaSettings: Sendable, Hashable {
  struct Topics: Sendable, Hashable {
    let queries: String
    let backfill: String
    let highlights: String
    let outcomes: String
    let dead: String
    let control: String
    let workers: String

    /// Where failed searches wait; the delay as configured, such as `30s`.
    func retry(_ delay: String) -> String { "\(queries).retry.\(delay)" }

    var all: [String] { [queries, backfill, highlights, outcomes, dead, control, workers] }
  }

  let bootstrapServers: [String]
  let clientID: String
  let security: KafkaClientConfiguration.SecurityProtocol
  let caFile: String?
  /// Nothing without SASL.
  let saslMechanism: KafkaClientConfiguration.SASL.Mechanism?
  let username: String?
  let passwordFile: String?
  let topics: Topics
  let messageMaxBytes: Int
  let compression: KafkaProducerConfiguration.Compression

  var usesSASL: Bool { security == .saslPlaintext || security == .saslSSL }

  init(_ values: ConfigurationValues) {
    bootstrapServers = values.items("kafka.bootstrap_servers")
    clientID = values.text("kafka.client_id")
    security = values.choice("kafka.security.protocol")
    caFile = values.optionalText("kafka.security.ca_file")
    // The schema's "none" is no mechanism.
    saslMechanism = .init(rawValue: values.text("kafka.security.sasl_mechanism"))
    username = values.optionalText("kafka.security.username")
    passwordFile = values.optionalText("kafka.security.password_file")
    topics = Topics(
      queries: values.text("kafka.topics.queries"),
      backfill: values.text("kafka.topics.backfill"),
      highlights: values.text("kafka.topics.highlights"),
      outcomes: values.text("kafka.topics.outcomes"), dead: values.text("kafka.topics.dead"),
      control: values.text("kafka.topics.control"), workers: values.text("kafka.topics.workers"))
    messageMaxBytes = values.integer("kafka.message_max_bytes")
    compression = values.choice("kafka.compression")
  }
}

/// The workers that write highlights.
struct WorkerSettings: Sendable, Hashable {
  enum Ordering: String, Sendable { case key, partition, none }

  let group: String
  /// Nothing means dynamic membership.
  let instanceID: String?
  let assignor: KafkaConsumerConfiguration.Assignor
  let ordering: Ordering
  let inFlight: Int
  let inFlightPerPartition: Int
  let bufferPerPartition: Int
  let drainTimeout: Duration
  let maxPollInterval: Duration
  let sessionTimeout: Duration
  let commitInterval: Duration
  let attempts: Int
  /// As written, such as `30s`: part of a topic's name.
  let retryDelays: [String]
  let holdBackoffMax: Duration
  /// Percent.
  let retentionAlarm: Int
  let backfillShare: Int
  let retryShare: Int
  let bufferBytes: Int
  let retryBackoff: Duration
  let retryBackoffMax: Duration
  let prefetchBytes: Int

  init(_ values: ConfigurationValues) {
    group = values.text("worker.group")
    instanceID = values.optionalText("worker.instance_id")
    assignor = values.choice("worker.assignor")
    ordering = values.choice("worker.ordering")
    inFlight = values.integer("worker.in_flight")
    inFlightPerPartition = values.integer("worker.in_flight_per_partition")
    bufferPerPartition = values.integer("worker.buffer_per_partition")
    drainTimeout = values.duration("worker.drain_timeout")
    maxPollInterval = values.duration("worker.max_poll_interval")
    sessionTimeout = values.duration("worker.session_timeout")
    commitInterval = values.duration("worker.commit_interval")
    attempts = values.integer("worker.attempts")
    retryDelays = values.items("worker.retry_delays")
    holdBackoffMax = values.duration("worker.hold_backoff_max")
    retentionAlarm = values.integer("worker.retention_alarm")
    backfillShare = values.integer("worker.backfill_share")
    retryShare = values.integer("worker.retry_share")
    bufferBytes = values.integer("worker.buffer")
    retryBackoff = values.duration("worker.retry_backoff")
    retryBackoffMax = values.duration("worker.retry_backoff_max")
    prefetchBytes = values.integer("worker.prefetch")
  }
}
