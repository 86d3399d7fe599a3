extension ConfigurationSchema {
  static let worker = ConfigurationSection(
    name: "worker", comment: "The workers that have highlights written.",
    keys: membership + flow + retries)

  private static let membership = [
    ConfigurationKey(
      "worker.group", .text(.nonEmpty), default: "highlights-summarizer",
      """
      The consumer group. Another one starts without offsets and may read every search again.
      """),
    ConfigurationKey(
      "worker.instance_id", .text(.any), default: "",
      """
      Name of this member that survives its restart (static membership), such as the pod's; empty:
      dynamic. Two processes with one name throw each other out; a member that is gone for good
      keeps its partitions until worker.session_timeout.
      """),
    ConfigurationKey(
      "worker.assignor", .choice(["range", "cooperative-sticky"]), default: "cooperative-sticky",
      """
      How partitions are shared out. With range every rebalance stops every worker. Members with
      different ones cannot join.
      """, change: "Needs all workers of the group to be stopped first."),
    ConfigurationKey(
      "worker.session_timeout", .duration(.seconds(6) ... .seconds(1_800)), default: "45s",
      """
      A worker that is silent for so long loses its partitions. Short: a pause throws workers out.
      Long: a dead one's searches wait. Brokers bound it (group.min/max.session.timeout.ms).
      """),
    ConfigurationKey(
      "worker.max_poll_interval", .duration(.seconds(10) ... .seconds(86_400)), default: "5m",
      """
      A worker that does not poll for so long loses its partitions. Must exceed
      worker.drain_timeout.
      """),
  ]

  private static let flow = [
    ConfigurationKey(
      "worker.backfill_share", .integer(1...49), default: "10",
      """
      Percent of the searches begun that come from kafka.topics.backfill while both topics have
      some. With none of the others waiting it takes all, but an eighth of worker.in_flight, which
      is kept free for those that come.
      """),
    ConfigurationKey(
      "worker.retry_share", .integer(1...49), default: "20",
      "The same of the topics of worker.retry_delays."),
    ConfigurationKey(
      "worker.ordering", .choice(["key", "partition", "none"]), default: "key",
      """
      What is done one after the other. key: searches of one highlight key, so that the same
      question is paid for once. partition: slow. none: the same question may be paid for twice.
      """),
    ConfigurationKey(
      "worker.in_flight", .integer(1...10_000), default: "256",
      """
      Searches worked on at once. More needs more gateway.max_connections, memory and rate limit.
      """),
    ConfigurationKey(
      "worker.in_flight_per_partition", .integer(1...10_000), default: "128",
      """
      Of those, from one partition, so that one cannot starve the others. At most
      worker.in_flight.
      """),
    ConfigurationKey(
      "worker.buffer_per_partition", .integer(1...1_000_000), default: "1000",
      """
      Searches of one partition in memory before it is paused. Each may be as large as
      kafka.message_max_bytes.
      """),
    ConfigurationKey(
      "worker.buffer", .bytes(65_536...1 << 36), default: "64MiB",
      """
      What the searches in memory may take, in all. Each partition pauses above its even part and
      reads on at half of that.
      """),
    ConfigurationKey(
      "worker.prefetch", .bytes(1_024...1 << 31), default: "16MiB",
      """
      What the Kafka client reads ahead. What is read ahead of a paused partition is thrown away
      and read again.
      """),
    ConfigurationKey(
      "worker.drain_timeout", .duration(.milliseconds(100) ... .seconds(7_200)), default: "90s",
      """
      How long what is in flight may take to end when partitions move or the process stops; then
      it is given up and paid for again by another worker. Must exceed gateway.timeout. Kubernetes'
      terminationGracePeriodSeconds must exceed it.
      """),
    ConfigurationKey(
      "worker.commit_interval", .duration(.milliseconds(10) ... .seconds(300)), default: "1s",
      """
      How often offsets are committed. Long: more searches are looked at twice after a crash.
      Short: load on the brokers.
      """),
  ]

  private static let retries = [
    ConfigurationKey(
      "worker.attempts", .integer(1...100), default: "5",
      """
      How often a search that fails by itself is tried before it becomes a dead letter. Each try
      may cost a call. A gateway that is down uses none up.
      """),
    ConfigurationKey(
      "worker.retry_delays", .list(.risingDuration, minimum: 0), default: "30s,5m,1h",
      """
      How long it waits after each try; after the last of these always as long as that. Each is the
      end of a topic's name, such as kafka.topics.queries + ".retry.30s", with as many partitions
      as kafka.topics.queries. Empty: it waits in the worker, and holds a place there.
      """, change: "Searches in a topic no longer named here are not read any more."),
    ConfigurationKey(
      "worker.retry_backoff", .duration(.milliseconds(1) ... .seconds(3_600)), default: "1s",
      """
      The wait before the first call after one that a shared cause, such as a gateway that is down,
      made fail; and without worker.retry_delays before the second attempt. It doubles each time.
      """),
    ConfigurationKey(
      "worker.retry_backoff_max", .duration(.milliseconds(1) ... .seconds(86_400)),
      default: "30s", "The longest such wait before an attempt. At least worker.retry_backoff."),
    ConfigurationKey(
      "worker.hold_backoff_max", .duration(.milliseconds(1) ... .seconds(3_600)), default: "5s",
      """
      The longest wait between two calls that look whether a shared cause is gone. At least
      worker.retry_backoff. Long: a slow recovery. Short: calls for nothing.
      """),
    ConfigurationKey(
      "worker.retention_alarm", .integer(1...100), default: "80",
      """
      Percent of a topic's retention.ms. A search that is older and still unfinished is alarmed as
      critical in the log, before the topic deletes it.
      """),
  ]

  static let status = ConfigurationSection(
    name: "status",
    comment: "What a worker tells of itself over HTTP: /health, /status and /metrics.",
    keys: [
      ConfigurationKey(
        "status.host", .text(.nonEmpty), default: "127.0.0.1",
        "Where it listens; 0.0.0.0 lets other machines ask. It has no access control."),
      ConfigurationKey(
        "status.port", .integer(0...65_535), default: "0",
        "The port; 0 takes a free one, which the worker prints at its start."),
      ConfigurationKey(
        "status.stall_after", .duration(.seconds(1) ... .seconds(86_400)), default: "10m",
        """
        /health turns to 503 when the oldest unfinished search of a partition stays the same for so
        long although it could be worked on. Should exceed gateway.timeout with all its attempts.
        """),
    ])

  static let cache = ConfigurationSection(
    name: "cache", comment: "The cache writer, which applies kafka.topics.highlights to the store.",
    keys: [
      ConfigurationKey(
        "cache.group", .text(.nonEmpty), default: "highlights-cache",
        """
        The consumer group. Another one starts without offsets and may apply every highlight again,
        which is slow and otherwise harmless. Must not be worker.group.
        """),
      ConfigurationKey(
        "cache.instance_id", .text(.any), default: "",
        "As worker.instance_id, for the cache writer."),
      ConfigurationKey(
        "cache.batch_count", .integer(1...100_000), default: "500",
        """
        Highlights applied in one transaction. More is faster, keeps the file locked for longer and
        takes more memory.
        """),
    ])
}
