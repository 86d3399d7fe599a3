import ArgumentParser

/// What is searched for.
struct PlanDemandOptions: ParsableArguments {
  @Option(help: "Mean searches a second that reach the workers; look-ups that hit do not.")
  var searchesPerSecond: Double

  @Option(help: "The busiest time's rate over the mean.")
  var peakFactor = 1.0

  @Option(help: "Exponent of Zipf's law: the key of rank i is searched for as 1/i^EXPONENT.")
  var zipf: Double?

  @Option(help: "Distinct keys.")
  var keys: Int?

  @Option(
    help: "A file instead of --zipf and --keys: a number a line, or JSON lines with a weight.")
  var weights: String?

  @Option(help: "The part, 0 to 1, of searches whose key nobody searched for before.")
  var newKeys = 0.0

  @Option(help: "How long an answer counts, such as 24h (highlights.fresh_for).")
  var freshFor: String?

  @Option(help: "The part, 0 to 1, of keys that no video answers.")
  var noAnswer: Double?

  @Option(help: "How long that counts (highlights.no_answer_fresh_for).")
  var noAnswerFreshFor: String?

  @Option(
    help: "The part, 0 to 1, of stale keys with other evidence than before; the rest needs no call."
  )
  var changed: Double?

  @Option(help: "How long a highlight is kept (highlights.expires_after).")
  var expiresAfter: String?
}

/// What a call takes and what is allowed of it.
struct PlanCallOptions: ParsableArguments {
  @Option(help: "Half of the calls take at most this, such as 800ms.")
  var latencyP50: String?

  @Option(help: "99 of 100 calls take at most this; as --latency-p50 without it.")
  var latencyP99: String?

  @Option(help: "Tokens of a call's prompt.")
  var tokensIn: Double?

  @Option(help: "Tokens of its reply.")
  var tokensOut: Double?

  @Option(help: "Units of the currency for a million tokens of prompts (gateway.models_file).")
  var priceIn: Double?

  @Option(help: "Units of the currency for a million tokens of replies (gateway.models_file).")
  var priceOut: Double?

  @Option(help: "Requests a minute of the whole fleet (gateway.models_file).")
  var requestsPerMinute: Double?

  @Option(help: "Tokens a minute, in and out together (gateway.models_file).")
  var tokensPerMinute: Double?

  @Option(help: "Tokens of prompts a minute, where they count apart (gateway.models_file).")
  var inputTokensPerMinute: Double?

  @Option(help: "Tokens of replies a minute, where they count apart (gateway.models_file).")
  var outputTokensPerMinute: Double?

  @Option(help: "Units of the currency that a month may cost (budget.amount and budget.period).")
  var budget: Double?
}

/// What a worker can do, and how many there are.
struct PlanFleetOptions: ParsableArguments {
  @Option(help: "Workers; without it as many as the busiest time takes.")
  var workers: Int?

  @Option(help: "Partitions; without it as many as the workers take.")
  var partitions: Int?

  @Option(help: "The part, 0 to 1, of its places and processors that a worker is planned to use.")
  var utilisation = 0.7

  @Option(help: "Searches that a worker works on at once (worker.in_flight).")
  var inFlight: Int?

  @Option(help: "Of those, from one partition (worker.in_flight_per_partition).")
  var inFlightPerPartition: Int?

  @Option(help: "Processors of a worker.")
  var cores = 1.0

  @Option(name: .customLong("cpu-s-per-1000-calls"), help: "Seconds of processor time.")
  var cpuPerThousandCalls: Double?

  @Option(
    name: .customLong("cpu-s-per-1000-unchanged"), help: "The same of searches without a call.")
  var cpuPerThousandUnchanged: Double?

  @Option(help: "How long the brokers take to acknowledge what is published, such as 10ms.")
  var acknowledgement: String?

  @Option(help: "Megabytes of a worker.")
  var memory: Double?

  @Option(help: "Bytes of a highlight in the store.")
  var highlightBytes: Double?

  @Option(
    help: "A JSON file of measured figures; flags count over it. Deploy/CAPACITY.md names its keys."
  )
  var measured: String?
}
