extension ConfigurationSchema {
  static let kafka = ConfigurationSection(
    name: "kafka", comment: "The brokers and the topics.",
    keys: connection + security + topics + messages)

  private static let connection = [
    ConfigurationKey(
      "kafka.bootstrap_servers", .list(.hostAndPort, minimum: 1), default: "127.0.0.1:9092",
      """
      Brokers to ask for the rest of the cluster. Name more than one, or a start fails while that
      one is down.
      """),
    ConfigurationKey(
      "kafka.client_id", .text(.nonEmpty), default: "highlights",
      "The name that the brokers' logs, metrics and quotas know this process by."),
  ]

  private static let security = [
    ConfigurationKey(
      "kafka.security.protocol", .choice(["plaintext", "ssl", "sasl_plaintext", "sasl_ssl"]),
      default: "plaintext",
      """
      How to speak with the brokers. plaintext and sasl_plaintext show searches, and the latter the
      password too, to everybody on the network.
      """),
    ConfigurationKey(
      "kafka.security.ca_file", .text(.any), default: "",
      "PEM file of the authorities that may sign brokers' certificates; empty: the system's."),
    ConfigurationKey(
      "kafka.security.sasl_mechanism",
      .choice(["none", "PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"]), default: "none",
      """
      How to prove who we are; none without SASL. PLAIN sends the password as it is, so only with
      sasl_ssl.
      """),
    ConfigurationKey(
      "kafka.security.username", .text(.any), default: "", "The SASL user; empty without SASL."),
    ConfigurationKey(
      "kafka.security.password_file", .text(.any), default: "",
      "File with the SASL password, such as a mounted secret; empty without SASL."),
  ]

  private static let topics = [
    ConfigurationKey(
      "kafka.topics.queries", .text(.topic), default: "search.queries",
      """
      Searches to answer. Another topic leaves what waits in this one unanswered.
      """, change: topicChange),
    ConfigurationKey(
      "kafka.topics.backfill", .text(.topic), default: "search.queries.backfill",
      """
      Searches to answer when there is nothing better to do. Must have as many partitions as
      kafka.topics.queries.
      """, change: topicChange),
    ConfigurationKey(
      "kafka.topics.highlights", .text(.topic), default: "search.highlights",
      """
      Highlights, compacted: the truth that every store is rebuilt from. Another topic starts
      without any answer and pays for all of them again.
      """, change: topicChange),
    ConfigurationKey(
      "kafka.topics.outcomes", .text(.topic), default: "search.outcomes",
      "How each search ended: what waits, watches, bills or checks reads it.",
      change: topicChange),
    ConfigurationKey(
      "kafka.topics.dead", .text(.topic), default: "search.queries.dead",
      "Searches that could not be answered after all attempts; they wait for a person.",
      change: topicChange),
    ConfigurationKey(
      "kafka.topics.control", .text(.topic), default: "search.control",
      "What operators switch. Processes that read another one do not obey.",
      change: topicChange),
    ConfigurationKey(
      "kafka.topics.workers", .text(.topic), default: "search.workers",
      "What workers say of themselves every few seconds, for the page of the fleet.",
      change: topicChange),
  ]

  private static let messages = [
    ConfigurationKey(
      "kafka.message_max_bytes", .bytes(1_024...1 << 29), default: "2MiB",
      """
      The largest message that is sent. Brokers and topics must allow as much (max.message.bytes),
      or they refuse large searches.
      """),
    ConfigurationKey(
      "kafka.compression", .choice(["none", "gzip", "snappy", "lz4", "zstd"]), default: "lz4",
      "How batches are compressed. zstd is smaller and slower, and needs brokers of 2.1 or later."),
  ]

  private static let topicChange = "Needs a restart of every process, together."
}
