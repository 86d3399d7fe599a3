import Observability

/// Every metric of every command, by the room that records it. `Deploy/METRICS.md` is written from it.
enum DocumentedMetrics {
  struct Section: Sendable {
    let title: String
    /// Whose processes show them.
    let processes: String
    let rows: [MetricDescription]
  }

  static let sections = [
    Section(
      title: "Searches", processes: "summarize", rows: searches),
    Section(title: "Scaling", processes: "summarize", rows: scaling),
    Section(
      title: "Workers", processes: "summarize and cache, by `group`", rows: worker),
    Section(title: "Kafka clients", processes: "every role", rows: kafkaClient),
    Section(title: "The gateway", processes: "summarize", rows: gateway),
    Section(title: "The store", processes: "cache and serve", rows: store),
    Section(title: "Look-ups", processes: "serve", rows: lookup),
    Section(title: "The process", processes: "every role", rows: process),
  ]

  static let table = MetricTable(sections.flatMap(\.rows))

  /// Waits of people and of calls: from a few milliseconds to the longest call and beyond.
  private static let waits = [
    0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 30, 60, 120, 300, 900, 3_600,
  ]

  private static let searches: [MetricDescription] = [
    .counter(
      "highlights_outcomes_total", "searches", ["result", "reason", "lane"],
      "Searches that ended, by what became of them (answered, no_answer, filtered, unchanged, expired, dead) and why; of a search that is handled twice both ends count."
    ),
    .histogram(
      "highlights_search_seconds", "seconds", ["result", "lane"],
      "From when a search was asked (where it does not say, from when it was consumed) to its outcome.",
      bounds: waits),
    .histogram(
      "highlights_search_work_seconds", "seconds", ["result", "lane"],
      "From when a search was consumed to its outcome.", bounds: waits),
    .counter(
      "highlights_sentences_dropped_total", "sentences", ["rule"],
      "Sentences of the model that were not published, by the rule they broke."),
  ]

  private static let scaling: [MetricDescription] = [
    .gauge(
      "highlights_binding_constraint", "1", ["constraint"],
      "1 for what keeps this worker from being faster, 0 for the others: partitions, in_flight, concurrency, limit, cpu, key_skew, budget, gateway, paused, none."
    ),
    .gauge(
      "highlights_one_more_worker_ratio", "1", [],
      "What one more worker would add to the fleet's throughput as this worker sees it, as a part of what it is; 0 where it would add nothing."
    ),
  ]

  private static let worker: [MetricDescription] = [
    .counter(
      "kafka_worker_received_total", "messages", ["group", "topic"], "Messages consumed."),
    .counter(
      "kafka_worker_ended_total", "messages", ["group", "topic", "end"],
      "What became of messages: done, dead, moved to a retry topic, given_up with their partition, put_back when their lane was paused."
    ),
    .gauge(
      "kafka_worker_partitions", "partitions", ["group", "topic", "state"],
      "Partitions owned, by what their oldest unfinished message is doing: idle, queued, calling, waiting_to_retry, held, paused, draining."
    ),
    .gauge(
      "kafka_worker_held_partitions", "partitions", ["group", "topic", "reason"],
      "Partitions whose messages wait for a shared cause to end, by that cause."),
    .gauge(
      "kafka_worker_lag", "messages", ["group", "topic", "partition"],
      "Offsets from the committed position to the end of the partition, as last heard from the broker."
    ),
    .gauge(
      "kafka_worker_watermark_gap", "messages", ["group", "topic", "partition"],
      "Offsets from the oldest unfinished message to the newest that was received: what a restart would look at again."
    ),
    .gauge(
      "kafka_worker_in_flight", "messages", ["group", "topic", "partition"],
      "Messages with the handler, or between its tries."),
    .gauge(
      "kafka_worker_in_flight_bound", "messages", ["group"],
      "The most messages that the worker has with its handler at once."),
    .gauge(
      "kafka_worker_buffered", "messages", ["group", "topic", "partition"],
      "Messages received and due, which wait for room."),
    .gauge(
      "kafka_worker_waiting", "messages", ["group", "topic", "partition"],
      "Messages received and not due, as those of retry topics."),
    .gauge(
      "kafka_worker_oldest_unfinished_age_seconds", "seconds",
      ["group", "topic", "partition", "state"],
      "Since when the oldest unfinished message has been here; 0 where there is none."),
    .gauge(
      "kafka_worker_oldest_unfinished_offset", "offset", ["group", "topic", "partition"],
      "The oldest message received and not completed; -1 where there is none."),
    .gauge(
      "kafka_worker_stalled_seconds", "seconds", ["group", "topic", "partition"],
      "For how long a partition has made no progress although it could; 0 unless that is longer than status.stall_after."
    ),
    .gauge(
      "kafka_worker_abandoned_handlers", "handlers", ["group"],
      "Handlers that were given up on and have not returned."),
    .gauge(
      "kafka_worker_suspended", "1", ["group"],
      "1 while the process, having slept too long, may send nothing before a commit is accepted."
    ),
    .histogram(
      "kafka_worker_queue_seconds", "seconds", ["group", "topic"],
      "From when a message was received to its first try.", bounds: waits),
    .histogram(
      "kafka_worker_handling_seconds", "seconds", ["group", "topic"],
      "One try: the handler and the acknowledgement of what it publishes.", bounds: waits),
    .counter(
      "kafka_worker_postponed_total", "tries", ["group", "topic", "verdict", "reason"],
      "Tries that failed and are followed by another: retry by the message's own fault, hold by a shared cause."
    ),
    .counter(
      "kafka_worker_retries_total", "messages", ["group", "tier"],
      "Messages published to a retry topic, the tier, those that wait with another of their key included."
    ),
    .counter(
      "kafka_worker_dead_letters_total", "messages", ["group", "topic", "reason"],
      "Messages published to the dead letter topic, by reason."),
    .counter(
      "kafka_worker_lost_total", "messages", ["group", "topic", "partition"],
      "Messages that the broker deleted before they were consumed."),
    .counter(
      "kafka_worker_near_retention_total", "messages", ["group", "topic", "partition"],
      "Warnings of a message that is unfinished and will soon be deleted."),
    .counter(
      "kafka_worker_rebalances_total", "rebalances", ["group", "kind"],
      "Changes of the assignment: assigned, revoked, lost."),
    .histogram(
      "kafka_worker_drain_seconds", "seconds", ["group"],
      "How long it took until partitions that were revoked had nothing in flight and were committed.",
      bounds: waits),
    .counter(
      "kafka_worker_commits_total", "commits", ["group", "result"],
      "Commits that were answered: accepted or refused."),
  ]

  private static let kafkaClient: [MetricDescription] = [
    .gauge(
      "kafka_client_broker_up", "1", ["client", "broker"],
      "1 while the client is connected to the broker."),
    .gauge(
      "kafka_client_broker_round_trip_seconds", "seconds", ["client", "broker", "statistic"],
      "Round trips to the broker in the last seconds: mean and p99."),
    .gauge(
      "kafka_client_broker_throttle_seconds", "seconds", ["client", "broker"],
      "For how long the broker makes the client wait by quota, on average in the last seconds."),
    .counter(
      "kafka_client_broker_errors_total", "errors", ["client", "broker", "kind"],
      "Failed exchanges with the broker: transmit, receive, timeout."),
    .counter(
      "kafka_client_broker_disconnects_total", "disconnects", ["client", "broker"],
      "Connections to the broker that ended."),
    .gauge(
      "kafka_client_queued_messages", "messages", ["client"],
      "Messages of a producer that are not acknowledged."),
    .gauge(
      "kafka_client_queued_bytes", "bytes", ["client"], "The size of those messages."),
    .gauge(
      "kafka_client_prefetched_messages", "messages", ["client"],
      "Messages that a consumer has read ahead."),
    .gauge(
      "kafka_client_prefetched_bytes", "bytes", ["client"], "The size of those messages."),
    .counter(
      "kafka_client_messages_total", "messages", ["client", "direction"],
      "Messages exchanged with brokers: sent, received."),
    .counter(
      "kafka_client_message_bytes_total", "bytes", ["client", "direction"],
      "The size of those messages."),
  ]

  private static let gateway: [MetricDescription] = [
    .counter(
      "llm_gateway_calls_total", "calls", ["deployment", "outcome"],
      "Calls, by outcome: ok or the class of their error."),
    .counter(
      "llm_gateway_cost_micros_total", "millionths of the currency", ["deployment", "currency"],
      "What calls cost, by the table of prices; the upper bound where the reply does not tell."),
    .histogram(
      "llm_gateway_turn_seconds", "seconds", ["deployment"],
      "How long calls waited for their turn at limits and bounds.", bounds: waits),
    .gauge(
      "llm_gateway_waiting", "calls", ["deployment"], "Calls that wait for their turn."),
    .gauge("llm_gateway_in_flight", "calls", ["deployment"], "Calls under way."),
    .gauge(
      "llm_gateway_concurrency_limit", "calls", ["deployment"],
      "How many calls at once the deployment is believed to bear."),
    .gauge(
      "llm_gateway_circuit_open", "1", ["deployment"],
      "1 while too many calls failed and none is sent but probes."),
    .gauge(
      "llm_gateway_limit_share", "1", ["deployment"],
      "This worker's part of the deployment's limits."),
    .gauge(
      "llm_gateway_limit_scale", "1", ["deployment"],
      "How far the limits are turned down because the provider refused calls within them."),
    .gauge(
      "llm_gateway_limit_per_minute", "per minute", ["deployment", "dimension"],
      "This worker's part of a limit: requests, tokens, input_tokens or output_tokens a minute."),
    .gauge(
      "llm_gateway_limit_used_per_minute", "per minute", ["deployment", "dimension"],
      "What of it was used in the last 60 s."),
    .gauge(
      "llm_gateway_budget_micros", "millionths of the currency", ["currency"],
      "This worker's part of the budget of the current period."),
    .gauge(
      "llm_gateway_budget_used_micros", "millionths of the currency", ["currency"],
      "What of it is spent or set aside."),
    .gauge(
      "llm_gateway_budget_left_micros", "millionths of the currency", ["currency"],
      "What of it is left; 0 when it is spent."),
    .histogram(
      "gen_ai_client_operation_duration_seconds", "seconds",
      ["gen_ai_operation_name", "gen_ai_provider_name", "gen_ai_request_model", "error_type"],
      "One request of the model with its repeats and waits; error_type where it failed (OpenTelemetry's gen_ai.client.operation.duration).",
      bounds: [
        0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92,
      ]),
    .histogram(
      "gen_ai_client_token_usage", "tokens",
      [
        "gen_ai_operation_name", "gen_ai_provider_name", "gen_ai_request_model",
        "gen_ai_token_type",
      ],
      "Tokens of a reply that was used: input and output (OpenTelemetry's gen_ai.client.token.usage).",
      bounds: [
        1, 4, 16, 64, 256, 1_024, 4_096, 16_384, 65_536, 262_144, 1_048_576, 4_194_304, 16_777_216,
        67_108_864,
      ]),
  ]

  private static let store: [MetricDescription] = [
    .histogram(
      "highlight_store_operation_seconds", "seconds", ["store", "operation"],
      "Operations on the store that succeeded: apply, read, keys, offsets, count.",
      bounds: [
        0.000_1, 0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1,
        2.5, 5, 10,
      ]),
    .counter(
      "highlight_store_errors_total", "operations", ["store", "operation", "reason"],
      "Operations on the store that failed."),
    .counter(
      "highlight_store_applied_total", "highlights", ["store", "result"],
      "Highlights brought to the store: stored, or refused because it holds a newer one."),
  ]

  private static let lookup: [MetricDescription] = [
    .histogram(
      "lookup_request_seconds", "seconds", ["route", "method", "status"],
      "Requests, from their head to the head of their answer; event streams last longer than that.",
      bounds: [
        0.000_1, 0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1,
        2.5, 5, 10, 30, 60,
      ]),
    .counter(
      "lookup_answers_total", "look-ups", ["answer"],
      "Look-ups, by answer: fresh, stale, queued, failed."),
    .counter(
      "lookup_published_total", "searches", [], "Searches published because nobody had asked yet."),
    .counter("lookup_store_reads_total", "reads", [], "Look-ups that memory could not answer."),
    .gauge("lookup_cached_highlights", "highlights", [], "Highlights in memory."),
    .gauge("lookup_cached_bytes", "bytes", [], "The size of those highlights."),
    .gauge(
      "lookup_pending_searches", "searches", [],
      "Searches published that have not ended, that failed lately, or that somebody waits for."),
    .gauge("lookup_waiters", "requests", [], "Requests that wait for a highlight."),
  ]

  private static let process: [MetricDescription] = [
    .gauge(
      "highlights_build_info", "1", ["version", "role"], "1; says what runs."),
    .gauge(
      "highlights_ready", "1", ["role"], "1 while /readyz says so."),
    .counter(
      "process_cpu_seconds_total", "seconds", [], "Processor time, of user and system."),
    .gauge("process_resident_memory_bytes", "bytes", [], "Memory that is resident."),
    .gauge("process_open_fds", "descriptors", [], "Open file descriptors."),
    .gauge(
      "process_start_time_seconds", "seconds", [], "When the process started, since 1970."),
    .counter(
      "trace_spans_total", "spans", ["result"],
      "Spans that ended: exported, dropped_full when too many waited, dropped_failed when the receiver did not take them."
    ),
    .gauge("trace_spans_waiting", "spans", [], "Spans that wait for their export."),
    .counter(
      "log_suppressed_total", "lines", ["logger", "level"],
      "Warnings and errors that were not written because the same had been written just before."
    ),
  ]
}
