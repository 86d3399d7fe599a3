extension ConfigurationSchema {
  static let serve = ConfigurationSection(
    name: "serve", comment: "The look-up API and the page, of highlights serve.",
    keys: addresses + safety + bounds + lives)

  private static let addresses = [
    ConfigurationKey(
      "serve.host", .text(.nonEmpty), default: "127.0.0.1",
      """
      The address it listens on. Only what the machine itself runs reaches 127.0.0.1; 0.0.0.0 lets
      all of the network in, so put a proxy with TLS in front.
      """),
    ConfigurationKey(
      "serve.port", .integer(0...65_535), default: "8080", "Its port; 0: a free one."),
    ConfigurationKey(
      "serve.allowed_origins", .list(.origin, minimum: 0), default: "",
      """
      Pages that may call the API from a browser, such as https://app.example.com; * lets every page.
      Empty: none but its own.
      """),
    ConfigurationKey(
      "serve.forwarding_proxies", .integer(0...16), default: "0",
      """
      Proxies in front of it that each add to X-Forwarded-For. Too many: clients choose the address
      that they are counted by. Too few: all who come through a proxy are counted as one.
      """),
    ConfigurationKey(
      "serve.videos_per_search", .integer(1...100), default: "20",
      "Videos given to a search that brings none, and the most that a video search answers."),
  ]

  private static let safety = [
    ConfigurationKey(
      "serve.write_token", .secret, default: "",
      """
      What POST /v1/queries asks for as a bearer token, for HIGHLIGHTS_SERVE_WRITE_TOKEN: 16 or more
      letters, digits and . _ ~ + / -. Empty: everybody may publish, within serve.new_keys_per_minute.
      """),
    ConfigurationKey(
      "serve.write_token_file", .text(.any), default: "",
      "File with it; counts when serve.write_token is empty."),
    ConfigurationKey(
      "serve.admin_token", .secret, default: "",
      """
      What takedowns ask for, for HIGHLIGHTS_SERVE_ADMIN_TOKEN; it may do all that the other may.
      Empty: nobody may withdraw.
      """),
    ConfigurationKey(
      "serve.admin_token_file", .text(.any), default: "",
      "File with it; counts when serve.admin_token is empty."),
    ConfigurationKey(
      "serve.client_per_minute", .integer(1...10_000_000), default: "1200",
      "Requests that one client may make in a minute; beyond it the answer is 429."),
    ConfigurationKey(
      "serve.client_burst", .integer(1...10_000_000), default: "200",
      "How many of them at once after a pause."),
    ConfigurationKey(
      "serve.clients", .integer(1...100_000_000), default: "100000",
      "Clients that are counted apart, about 200 bytes each."),
    ConfigurationKey(
      "serve.new_keys_per_minute", .integer(0...10_000_000), default: "0",
      """
      Searches without a fresh highlight that this process publishes in a minute: each may cost a
      call. 0: a tenth of the requests that gateway.models_file allows gateway.model, or 600 where it
      says nothing. With several processes each has its own.
      """),
    ConfigurationKey(
      "serve.new_keys_burst", .integer(1...10_000_000), default: "100",
      "How many of them at once after a pause."),
  ]

  private static let bounds = [
    ConfigurationKey(
      "serve.cache", .bytes(1 << 20...1 << 40), default: "64MiB",
      "Memory for highlights that were looked up lately."),
    ConfigurationKey(
      "serve.pending_searches", .integer(1...100_000_000), default: "100000",
      "Published searches that have not ended; beyond it a miss is answered 503."),
    ConfigurationKey(
      "serve.connections", .integer(10...1_000_000), default: "10000",
      "Connections open at once; the process needs as many descriptors (ulimit -n)."),
    ConfigurationKey(
      "serve.waiters", .integer(1...1_000_000), default: "8000",
      "Requests that wait for a search to end; beyond it they are answered 202 at once."),
    ConfigurationKey(
      "serve.body_max", .bytes(1_024...1 << 30), default: "8MiB", "The largest request body."),
    ConfigurationKey(
      "serve.queries_per_request", .integer(1...100_000), default: "1000",
      "Searches of one POST /v1/queries."),
    ConfigurationKey(
      "serve.work_timeout", .duration(.milliseconds(10) ... .seconds(300)), default: "10s",
      "How long reading a body, the store or the videos may take."),
    ConfigurationKey(
      "serve.takedown_timeout", .duration(.seconds(1) ... .seconds(600)), default: "60s",
      "How long a takedown may take: one of a video waits for the store and writes many records."),
    ConfigurationKey(
      "serve.wait_max", .duration(.seconds(1) ... .seconds(30)), default: "30s",
      "The longest ?wait of a look-up. Proxies in front must be as patient."),
    ConfigurationKey(
      "serve.stream_max", .duration(.seconds(1) ... .seconds(3_600)), default: "120s",
      "The longest that a stream of events stays open."),
    ConfigurationKey(
      "serve.idle_timeout", .duration(.seconds(1) ... .seconds(3_600)), default: "60s",
      "How long a connection may be silent between requests."),
  ]

  private static let lives = [
    ConfigurationKey(
      "serve.cached_for", .duration(.seconds(1) ... .seconds(86_400)), default: "60s",
      """
      After that a highlight in memory is read from the store again. While the store is away it is
      served on until it expires.
      """),
    ConfigurationKey(
      "serve.shared_for", .duration(.seconds(0) ... .seconds(86_400)), default: "60s",
      "The longest that browsers and proxies keep an answer: so long a takedown takes to reach them."
    ),
    ConfigurationKey(
      "serve.published_for", .duration(.seconds(1) ... .seconds(86_400)), default: "60s",
      "After that a search that has not ended is published again when it is looked up."),
    ConfigurationKey(
      "serve.failed_for", .duration(.seconds(1) ... .seconds(86_400)), default: "30s",
      "After that a search that failed is published again when it is looked up."),
  ]
}
