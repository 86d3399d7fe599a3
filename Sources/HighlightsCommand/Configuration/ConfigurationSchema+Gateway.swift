extension ConfigurationSchema {
  static let gateway = ConfigurationSection(
    name: "gateway",
    comment: "The OpenAI-compatible LLM gateway. Every call may cost money.",
    keys: endpoint + credential + calls)

  private static let endpoint = [
    ConfigurationKey(
      "gateway.base_url", .text(.url), default: "",
      """
      The URL up to, and without, /chat/completions. Empty: OPENAI_BASE_URL, if that is set; else
      none. Over http, searches, transcripts and the key are readable on the way.
      """),
    ConfigurationKey(
      "gateway.model", .text(.nonEmpty), default: "default",
      """
      The model to ask for, by the gateway's own name. Another one writes highlights anew as they
      cease to be fresh.
      """),
    ConfigurationKey(
      "gateway.models_file", .text(.any), default: "",
      """
      YAML file with the models' prices and limits, and with the deployments to fall back on;
      Config/models.yaml says how. gateway.model must stand in it; where that is "default", the
      file's default is asked for. Empty: no prices, no limits, no fallback.
      """),
    ConfigurationKey(
      "gateway.provider", .text(.nonEmpty), default: "openai",
      "Who runs the model, as it stands in metrics and in each highlight's provenance."),
    ConfigurationKey(
      "gateway.usage_terms", .text(.nonEmpty), default: "unspecified",
      """
      The terms under which the model may be used, copied into each highlight. Not corrected in
      those that are published already.
      """),
    ConfigurationKey(
      "gateway.query_items", .list(.pair, minimum: 0), default: "",
      """
      Query items name=value of every call, such as Azure's api-version. They show in traces: no
      credentials.
      """),
    ConfigurationKey(
      "gateway.headers", .list(.pair, minimum: 0), default: "",
      """
      Headers name=value of every call. Their values are kept out of logs, but everybody who may
      read this file sees them. In an environment variable a comma ends an item.
      """),
  ]

  private static let credential = [
    ConfigurationKey(
      "gateway.auth", .choice(["bearer", "api-key"]), default: "bearer",
      "The header that carries the key: Authorization: Bearer, or api-key (Azure)."),
    ConfigurationKey(
      "gateway.api_key", .secret, default: "",
      """
      The key, for the environment variable HIGHLIGHTS_GATEWAY_API_KEY. Do not write it here, where
      it ends in version control, nor behind --set, where it shows in the list of processes.
      """),
    ConfigurationKey(
      "gateway.api_key_file", .text(.any), default: "",
      """
      File with the key, such as a mounted secret; counts when gateway.api_key is empty. It is read
      once: a new key in it needs a restart.
      """),
    ConfigurationKey(
      "gateway.api_key_env", .text(.any), default: "OPENAI_API_KEY",
      """
      Name of the environment variable with the key; counts when both others are empty. Without any
      key, calls are made without one. Empty it so that a key meant for another tool is not sent.
      """),
  ]

  private static let calls = [
    ConfigurationKey(
      "gateway.timeout", .duration(.milliseconds(100) ... .seconds(3_600)), default: "30s",
      """
      The longest one call may take. Short: answers that are paid for are thrown away. Must be below
      worker.drain_timeout.
      """),
    ConfigurationKey(
      "gateway.attempts", .integer(1...20), default: "3",
      """
      Calls for one search before its attempt fails, counting the first. Together with
      worker.attempts it bounds what one search may cost.
      """),
    ConfigurationKey(
      "gateway.max_connections", .integer(1...10_000), default: "256",
      """
      Connections open at once. At least worker.in_flight, or calls fail waiting for one.
      """),
    ConfigurationKey(
      "gateway.max_output_tokens", .integer(16...100_000), default: "600",
      """
      The longest reply. Small: replies are cut off, cannot be used and are paid for all the same.
      Some gateways count all of it against the rate limit.
      """),
    ConfigurationKey(
      "gateway.temperature", .number(0...2), default: "0",
      """
      How freely the model chooses words. Above 0 the same search reads differently each time and
      quotes are invented more often.
      """),
  ]
}
