/// The simulated gateway.
struct SimulatorSettings: Sendable, Hashable {
  enum Mode: String, Sendable { case extractive, fixed, gullible, liar }
  enum Window: String, Sendable { case sliding, fixed, bucket }
  enum Shape: String, Sendable { case openai, azure, litellm }

  let latency: Duration
  /// Standard deviation of the latency's logarithm; 0 is a fixed latency.
  let latencySigma: Double
  /// Calls answered at once; nothing means without bound.
  let concurrency: Int?
  let host: String
  /// 0 takes a free one.
  let port: Int
  let mode: Mode
  /// Nothing means without limit.
  let requestsPerMinute: Int?
  let tokensPerMinute: Int?
  let window: Window
  let shape: Shape
  /// What fixed replies tell; nothing means an estimate.
  let fixedPromptTokens: Int?
  let fixedOutputTokens: Int?

  init(_ values: ConfigurationValues) {
    latency = values.duration("simulator.latency")
    latencySigma = values.number("simulator.latency_sigma")
    func positive(_ name: String) -> Int? {
      let value = values.integer(name)
      return value == 0 ? nil : value
    }
    concurrency = positive("simulator.concurrency")
    host = values.text("simulator.host")
    port = values.integer("simulator.port")
    mode = values.choice("simulator.mode")
    requestsPerMinute = positive("simulator.requests_per_minute")
    tokensPerMinute = positive("simulator.tokens_per_minute")
    window = values.choice("simulator.window")
    shape = values.choice("simulator.shape")
    fixedPromptTokens = positive("simulator.fixed_prompt_tokens")
    fixedOutputTokens = positive("simulator.fixed_output_tokens")
  }
}
