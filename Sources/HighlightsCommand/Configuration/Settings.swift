import Logging
import Observability
import Summarizer

/// Every setting of this process, checked.
struct Settings: Sendable, Hashable {
  let kafka: KafkaSettings
  let worker: WorkerSettings
  let cache: CacheSettings
  let gateway: GatewaySettings
  let limits: LimitSettings
  let budget: BudgetSettings
  let highlights: HighlightSettings
  let answers: AnswerSettings
  let store: StoreSettings
  let catalog: CatalogSettings
  let serve: ServeSettings
  let simulator: SimulatorSettings
  let up: UpSettings
  let status: StatusSettings
  let log: LogSettings
  let traces: TraceSettings

  init(
    _ values: ConfigurationValues, environment: [String: String]
  ) throws(ConfigurationError) {
    kafka = KafkaSettings(values)
    worker = WorkerSettings(values)
    cache = CacheSettings(values)
    gateway = try GatewaySettings(values, environment: environment)
    limits = LimitSettings(values)
    budget = BudgetSettings(values)
    highlights = HighlightSettings(values)
    answers = AnswerSettings(values)
    store = StoreSettings(values)
    catalog = try CatalogSettings(values, environment: environment)
    serve = ServeSettings(values)
    simulator = SimulatorSettings(values)
    up = UpSettings(values)
    status = StatusSettings(values)
    log = LogSettings(values)
    traces = TraceSettings(values)
  }
}

/// What a worker tells of itself over HTTP.
struct StatusSettings: Sendable, Hashable {
  let host: String
  /// 0 takes a free one.
  let port: Int
  let stallAfter: Duration

  init(_ values: ConfigurationValues) {
    host = values.text("status.host")
    port = values.integer("status.port")
    stallAfter = values.duration("status.stall_after")
  }
}

/// For how long a highlight counts and what goes into it.
struct HighlightSettings: Sendable, Hashable {
  let freshFor: Duration
  let expiresAfter: Duration
  let noAnswerFreshFor: Duration
  let maxVideosShown: Int
  let evidenceTokens: Int
  let textMaxCharacters: Int
  let videosMax: Int
  let segmentsMax: Int
  /// A folder; nothing means the built-in one.
  let prompt: String?
  /// A file; nothing means that there are none.
  let variants: String?
  /// Bytes of published highlights that a worker keeps.
  let remembered: Int

  init(_ values: ConfigurationValues) {
    freshFor = values.duration("highlights.fresh_for")
    expiresAfter = values.duration("highlights.expires_after")
    noAnswerFreshFor = values.duration("highlights.no_answer_fresh_for")
    maxVideosShown = values.integer("highlights.max_videos_shown")
    evidenceTokens = values.integer("highlights.evidence_tokens")
    textMaxCharacters = values.integer("highlights.text_max_characters")
    videosMax = values.integer("highlights.videos_max")
    segmentsMax = values.integer("highlights.segments_max")
    prompt = values.optionalText("highlights.prompt")
    variants = values.optionalText("highlights.variants")
    remembered = values.integer("highlights.remembered")
  }
}

/// What becomes of a search that no video answers.
struct AnswerSettings: Sendable, Hashable {
  let withoutEvidence: AnswersWithoutEvidence
  /// A folder; nothing means the built-in one.
  let prompt: String?

  init(_ values: ConfigurationValues) {
    withoutEvidence = values.choice("answers.without_evidence")
    prompt = values.optionalText("answers.prompt")
  }
}

/// The cache writer.
struct CacheSettings: Sendable, Hashable {
  let group: String
  /// Nothing means dynamic membership.
  let instanceID: String?
  let batchCount: Int

  init(_ values: ConfigurationValues) {
    group = values.text("cache.group")
    instanceID = values.optionalText("cache.instance_id")
    batchCount = values.integer("cache.batch_count")
  }
}

/// Everything in one process.
struct UpSettings: Sendable, Hashable {
  let partitions: Int
  let windowBytes: Int
  let windowCount: Int
  let giveUpAfter: Duration

  init(_ values: ConfigurationValues) {
    partitions = values.integer("up.partitions")
    windowBytes = values.integer("up.window_bytes")
    windowCount = values.integer("up.window_count")
    giveUpAfter = values.duration("up.give_up_after")
  }
}

/// What is logged, always on standard error.
struct LogSettings: Sendable, Hashable {
  let level: Logger.Level
  let format: LogFormat
  let showsQueryText: Bool

  init(_ values: ConfigurationValues) {
    level = values.choice("log.level")
    format = values.choice("log.format")
    showsQueryText = values.text("log.query_text") == "true"
  }
}

/// Which traces are recorded, and where they go.
struct TraceSettings: Sendable, Hashable {
  /// Nothing means that there are none.
  let url: String?
  /// 0 to 1.
  let sampleRatio: Double

  init(_ values: ConfigurationValues) {
    url = values.optionalText("traces.otlp_url")
    sampleRatio = values.number("traces.sample_ratio")
  }
}
