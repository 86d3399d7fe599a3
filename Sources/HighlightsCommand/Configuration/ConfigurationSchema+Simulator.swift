extension ConfigurationSchema {
  static let simulator = ConfigurationSection(
    name: "simulator", comment: "The simulated gateway: no model, no cost. Not for production.",
    keys: simulatorServer + simulatorLimits)

  private static let simulatorServer = [
    ConfigurationKey(
      "simulator.host", .text(.nonEmpty), default: "127.0.0.1",
      "Address to listen on. Anything but a loopback address lets others call it."),
    ConfigurationKey(
      "simulator.port", .integer(0...65_535), default: "8080",
      "Port to listen on; 0 takes a free one."),
    ConfigurationKey(
      "simulator.mode", .choice(["extractive", "fixed", "gullible", "liar"]),
      default: "extractive",
      """
      What it answers. extractive: sentences from the segments sent. fixed: always the same.
      gullible: as extractive, and it obeys the instructions that it finds in them. liar: as
      extractive, mixed with false sentences. Both show what verification keeps out.
      """),
    ConfigurationKey(
      "simulator.latency", .duration(.zero ... .seconds(600)), default: "300ms",
      """
      How long it takes to answer, the median if simulator.latency_sigma is not 0. Above
      gateway.timeout every call fails.
      """),
    ConfigurationKey(
      "simulator.latency_sigma", .number(0...3), default: "0",
      """
      Spread of a log-normal latency; 0 is the same for every call. Above 1 a few calls take
      longer than gateway.timeout.
      """),
    ConfigurationKey(
      "simulator.concurrency", .integer(0...100_000), default: "0",
      "Calls it answers at once, others wait; 0 is without bound, as memory allows."),
  ]

  private static let whileRunning = "PATCH /admin/settings changes it while it runs."

  private static let simulatorLimits = [
    ConfigurationKey(
      "simulator.requests_per_minute", .integer(0...1_000_000_000), default: "0",
      """
      Calls it admits a minute, more are answered 429; 0 is without limit.
      """,
      change: whileRunning),
    ConfigurationKey(
      "simulator.tokens_per_minute", .integer(0...1_000_000_000), default: "0",
      """
      Tokens it admits a minute, prompt and output together; 0 is without limit. A call that is
      larger is never admitted.
      """,
      change: whileRunning),
    ConfigurationKey(
      "simulator.window", .choice(["sliding", "fixed", "bucket"]), default: "sliding",
      """
      How a minute is counted. sliding: this second and the 59 before it. fixed: whole minutes from
      its start. bucket: full at first, refilled continuously.
      """,
      change: whileRunning),
    ConfigurationKey(
      "simulator.shape", .choice(["openai", "azure", "litellm"]), default: "openai",
      "Whose limit headers and error bodies it sends.",
      change: whileRunning),
    ConfigurationKey(
      "simulator.fixed_prompt_tokens", .integer(0...1_000_000), default: "0",
      """
      With simulator.mode fixed, the prompt tokens of every call, whatever was sent; 0 estimates
      them.
      """,
      change: whileRunning),
    ConfigurationKey(
      "simulator.fixed_output_tokens", .integer(0...1_000_000), default: "0",
      "As simulator.fixed_prompt_tokens, for the tokens of the answer.",
      change: whileRunning),
  ]
}
