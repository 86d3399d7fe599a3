extension ConfigurationSchema {
  static let highlights = ConfigurationSection(
    name: "highlights", comment: "What goes into a highlight and for how long it counts.",
    keys: lifetimes + limits + prompts)

  static let answers = ConfigurationSection(
    name: "answers", comment: "What becomes of a search that no video answers.",
    keys: [
      ConfigurationKey(
        "answers.without_evidence", .choice(["decline", "general"]), default: "decline",
        """
        decline: no answer, which is a result. general: a second call for an answer from what the
        model knows, labelled as not from the videos and citing none. Nothing of it can be verified.
        """),
      ConfigurationKey(
        "answers.prompt", .text(.any), default: "",
        """
        Folder of the prompt for general answers, as highlights.prompt. Empty: the built-in one.
        """),
    ])

  private static let prompts = [
    ConfigurationKey(
      "highlights.prompt", .text(.any), default: "",
      """
      Folder of the prompt; Config/prompts/README.md says what is in it. Empty: the built-in one,
      which is Config/prompts/highlight/1. With another one highlights are written anew as they
      cease to be fresh; compare them first with highlights evaluate.
      """),
    ConfigurationKey(
      "highlights.variants", .text(.any), default: "",
      """
      File of the variants that are written beside the default one, such as Config/variants.yaml. All
      processes must name the same. Empty: none.
      """),
    ConfigurationKey(
      "highlights.remembered", .bytes(0...1 << 36), default: "32MiB",
      """
      What a worker keeps of the highlights it published. A search that comes again when its
      highlight is no longer fresh, with the same evidence, prompt and model, has it republished
      without a call. 0: never.
      """),
  ]

  private static let lifetimes = [
    ConfigurationKey(
      "highlights.fresh_for", .duration(.seconds(1) ... .seconds(31_536_000)), default: "24h",
      """
      So long a repeated search is answered without a new call. Short: the same answer is paid for
      more often. Does not change highlights that are published already.
      """),
    ConfigurationKey(
      "highlights.expires_after", .duration(.seconds(1) ... .seconds(315_360_000)), default: "7d",
      """
      After that a highlight is not shown. Long: answers from videos that are long gone. Does not
      change highlights that are published already.
      """),
    ConfigurationKey(
      "highlights.no_answer_fresh_for", .duration(.seconds(1) ... .seconds(31_536_000)),
      default: "1h",
      """
      As highlights.fresh_for, for searches that the videos do not answer. Long: new videos that do
      are noticed late.
      """),
  ]

  private static let limits = [
    ConfigurationKey(
      "highlights.max_videos_shown", .integer(1...100), default: "10",
      "Videos listed below the answer."),
    ConfigurationKey(
      "highlights.evidence_tokens", .integer(100...1_000_000), default: "3000",
      """
      How much of the transcripts is sent with each call, in tokens as estimated. It is most of what
      a call costs; too much for the model's context fails every call.
      """),
    ConfigurationKey(
      "highlights.text_max_characters", .integer(1...100_000), default: "1000",
      "Searches with a longer text are dead letters."),
    ConfigurationKey(
      "highlights.videos_max", .integer(1...100_000), default: "1000",
      "Searches with more videos are dead letters."),
    ConfigurationKey(
      "highlights.segments_max", .integer(1...1_000_000), default: "20000",
      """
      Searches with more segments, all videos together, are dead letters. It bounds the work that
      one message can cause.
      """),
  ]

  static let up = ConfigurationSection(
    name: "up", comment: "Everything in one process with its own broker. Nothing in it survives.",
    keys: [
      ConfigurationKey(
        "up.partitions", .integer(1...1_000), default: "6",
        "Partitions of each of its topics."),
      ConfigurationKey(
        "up.window_bytes", .bytes(1_024...1 << 31), default: "2MiB",
        """
        What is published ahead of its outcomes. Its broker keeps little: too much and messages
        are gone before they are read.
        """),
      ConfigurationKey(
        "up.window_count", .integer(1...1_000_000), default: "2000",
        "As up.window_bytes, in searches; whichever is reached first."),
      ConfigurationKey(
        "up.give_up_after", .duration(.seconds(1) ... .seconds(86_400)), default: "120s",
        """
        Without any outcome for so long it fails. Must leave time for the slowest call with all its
        attempts.
        """),
    ])

  static let log = ConfigurationSection(
    name: "log", comment: "What is said on standard error.",
    keys: [
      ConfigurationKey(
        "log.level",
        .choice(["trace", "debug", "info", "notice", "warning", "error", "critical"]),
        default: "info",
        "The least that is said. debug and trace say a lot, which costs time and disk."),
      ConfigurationKey(
        "log.format", .choice(["text", "json"]), default: "text",
        "How it is said: lines of text, or one JSON object a line, for machines that collect logs."
      ),
      ConfigurationKey(
        "log.query_text", .choice(["false", "true"]), default: "false",
        """
        Whether logs may show what people search for. false: a hash in its place, whose salt is
        the process's own, so that lines of one search can be told to be of one.
        """),
    ])

  static let traces = ConfigurationSection(
    name: "traces", comment: "Traces: from a look-up to the highlight in the store.",
    keys: [
      ConfigurationKey(
        "traces.otlp_url", .text(.url), default: "",
        """
        Where spans are sent by OTLP over HTTP, as JSON, such as http://collector:4318; without a
        path /v1/traces is added. Empty: there are none. A receiver that is away holds nothing up:
        what it does not take is dropped and counted (trace_spans_total).
        """),
      ConfigurationKey(
        "traces.sample_ratio", .number(0...1), default: "0.05",
        """
        The part of the traces that begin here which is recorded. One that comes with a request or
        a message is recorded where its traceparent says so. More costs time and the receiver's disk.
        """),
    ])
}
