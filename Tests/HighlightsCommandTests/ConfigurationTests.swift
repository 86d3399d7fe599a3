import Foundation
import Kafka
import LLMGateway
import Logging
import Testing

@testable import HighlightsCommand

@Suite("The configuration")
struct ConfigurationTests {
  @Test("is the defaults when nobody says anything")
  func defaults() throws {
    let loaded = try LoadedConfiguration(environment: [:])
    let settings = loaded.settings
    #expect(loaded.warnings == [])
    #expect(settings.kafka.bootstrapServers == ["127.0.0.1:9092"])
    #expect(settings.kafka.messageMaxBytes == 2_097_152)
    #expect(settings.kafka.security == .plaintext)
    #expect(settings.kafka.saslMechanism == nil)
    #expect(settings.kafka.compression == .lz4)
    #expect(settings.worker.assignor == .cooperativeSticky)
    #expect(settings.worker.instanceID == nil)
    #expect(settings.worker.drainTimeout == .seconds(90))
    #expect(settings.gateway.baseURL == nil)
    #expect(settings.gateway.apiKey == .none)
    #expect(settings.highlights.expiresAfter == .seconds(7 * 86_400))
    #expect(settings.simulator.concurrency == nil)
    #expect(settings.log.level == .info)
  }

  @Test("takes --set over the environment over the file over the default")
  func layers() throws {
    try withFile(
      """
      kafka:
        client_id: file
        topics: {queries: file, backfill: file.backfill}
      worker:
        in_flight: 200
      """
    ) { file in
      let settings = try LoadedConfiguration(
        overrides: [("kafka.client_id", "first"), ("kafka.client_id", "flag")], file: file,
        environment: [
          "HIGHLIGHTS_KAFKA_CLIENT_ID": "environment",
          "HIGHLIGHTS_KAFKA_TOPICS_QUERIES": "environment",
        ]
      ).settings
      #expect(settings.kafka.clientID == "flag")
      #expect(settings.kafka.topics.queries == "environment")
      #expect(settings.kafka.topics.backfill == "file.backfill")
      #expect(settings.worker.inFlight == 200)
      #expect(settings.kafka.topics.outcomes == "search.outcomes")
    }
  }

  @Test(
    "reads a list from a YAML list and from a comma string",
    arguments: ["[\"a:1\", \"b:2\"]", "a:1,b:2", "\n    - a:1\n    - b:2"])
  func lists(yaml: String) throws {
    let file = try withFile("kafka:\n  bootstrap_servers: \(yaml)\n", load)
    #expect(file.kafka.bootstrapServers == ["a:1", "b:2"])
    let settings = try LoadedConfiguration(
      environment: ["HIGHLIGHTS_KAFKA_BOOTSTRAP_SERVERS": "a:1, [::1]:2"]
    ).settings
    #expect(settings.kafka.bootstrapServers == ["a:1", "[::1]:2"])
  }

  @Test("names key, value, what is allowed and the source of every wrong value at once")
  func wrongValues() throws {
    try withFile("worker:\n  in_flight: many\n  attempts: [1, 2]\n") { file in
      let error = #expect(throws: ConfigurationError.self) {
        try LoadedConfiguration(
          overrides: [("worker.ordering", "random")], file: file,
          environment: ["HIGHLIGHTS_STORE_PATH": " "])
      }
      let description = error?.description ?? ""
      #expect(
        description.split(separator: "\n") == [
          "worker.ordering is \"random\" (--set); allowed: key, partition, none.",
          "worker.in_flight is \"many\" (file \(file)); allowed: a whole number from 1 to 10000.",
          "worker.attempts is \"[1, 2]\" (file \(file)); allowed: a whole number from 1 to 100.",
          "store.path is \" \" (environment variable HIGHLIGHTS_STORE_PATH); allowed: a text on "
            + "one line, not empty.",
        ])
    }
  }

  @Test(
    "says which key was meant by one it does not know",
    arguments: [
      ("worker.inflight", "worker.in_flight"), ("bootstrap_servers", "kafka.bootstrap_servers"),
      ("gateway.api_keys_file", "gateway.api_key_file"), ("store.path.x", "store.path"),
    ])
  func unknownKeys(name: String, meant: String) throws {
    let flag = #expect(throws: ConfigurationError.self) {
      try LoadedConfiguration(overrides: [(name, "1")], environment: [:])
    }
    #expect(flag?.problems == [.unknownKey(name, nearest: meant, .commandLine)])
    try withFile("\(name): 1\n") { file in
      let error = #expect(throws: ConfigurationError.self) { try load(file) }
      #expect(error?.problems == [.unknownKey(name, nearest: meant, .file(file))])
      #expect(error?.description.contains("did you mean \(meant)?") == true)
    }
  }

  @Test("only warns of variables that are no setting, such as those of Kubernetes")
  func foreignVariables() throws {
    let loaded = try LoadedConfiguration(environment: [
      "HIGHLIGHTS_SERVICE_HOST": "10.0.0.1",
      "HIGHLIGHTS_SIMULATOR_PORT": "tcp://10.0.0.1:80", "PATH": "/bin",
    ])
    #expect(loaded.settings.simulator.port == 8_080)
    #expect(loaded.warnings.count == 2)
    #expect(loaded.warnings.first?.contains("HIGHLIGHTS_SERVICE_HOST") == true)
  }

  @Test("takes OPENAI_BASE_URL only where no gateway is named")
  func openAIBaseURL() throws {
    let openAI = ["OPENAI_BASE_URL": "https://api.openai.com/v1"]
    #expect(
      try LoadedConfiguration(environment: openAI).settings.gateway.baseURL
        == "https://api.openai.com/v1")
    for (named, used) in [
      ("", "https://api.openai.com/v1"), ("http://gateway/v1", "http://gateway/v1"),
    ] {
      let settings = try withFile("gateway: {base_url: \"\(named)\"}\n") {
        try LoadedConfiguration(file: $0, environment: openAI).settings
      }
      #expect(settings.gateway.baseURL == used)
    }
    let error = #expect(throws: ConfigurationError.self) {
      _ = try LoadedConfiguration(environment: ["OPENAI_BASE_URL": "nowhere"])
    }
    #expect(error?.description.contains("environment variable OPENAI_BASE_URL") == true)
  }

  @Test("takes the key itself over its file over the variable named for it")
  func apiKey() throws {
    func key(_ environment: [String: String]) throws -> GatewaySettings.APIKey {
      try LoadedConfiguration(environment: environment).settings.gateway.apiKey
    }
    var environment = ["OPENAI_API_KEY": "from-openai", "OTHER": "from-other"]
    #expect(try key(environment) == .value(Secret("from-openai")))
    environment["HIGHLIGHTS_GATEWAY_API_KEY_ENV"] = "OTHER"
    #expect(try key(environment) == .value(Secret("from-other")))
    environment["HIGHLIGHTS_GATEWAY_API_KEY_FILE"] = "/run/key"
    #expect(try key(environment) == .file("/run/key"))
    environment["HIGHLIGHTS_GATEWAY_API_KEY"] = "direct"
    #expect(try key(environment) == .value(Secret("direct")))

    let fromFile = try withFile("s3cret\n") { try GatewaySettings.APIKey.file($0).secret() }
    #expect(try fromFile == Secret("s3cret"))
    #expect(throws: ConfigurationError.self) {
      try GatewaySettings.APIKey.file("/nowhere/key").secret()
    }
  }

  @Test(
    "never shows a wrong secret",
    arguments: [
      ["HIGHLIGHTS_GATEWAY_API_KEY": "hush\u{7}"], ["HIGHLIGHTS_GATEWAY_API_KEY": "hüsh"],
      ["OPENAI_API_KEY": "hüsh"], ["HIGHLIGHTS_GATEWAY_HEADERS": "hush"],
      ["HIGHLIGHTS_GATEWAY_HEADERS": "x-key=hüsh"],
    ])
  func secretsStayHidden(environment: [String: String]) {
    let error = #expect(throws: ConfigurationError.self) {
      try LoadedConfiguration(environment: environment)
    }
    let description = error?.description ?? ""
    #expect(description.contains("[redacted]"))
    #expect(!description.contains("hush") && !description.contains("hüsh"))
  }

  @Test("takes headers and query items apart at the first equals sign")
  func pairs() throws {
    let yaml = """
      gateway:
        query_items: ["api-version=2024-10-21"]
        headers: ["x-team=search", "x-key=a=b,c"]
      """
    let gateway = try withFile(yaml, load).gateway
    #expect(gateway.queryItems == ["api-version": "2024-10-21"])
    #expect(try gateway.headers == ["x-team": Secret("search"), "x-key": Secret("a=b,c")])
  }
}

func withFile<Value>(_ text: String, _ body: (String) throws -> Value) throws -> Value {
  let url = FileManager.default.temporaryDirectory
    .appendingPathComponent("highlights-\(UUID().uuidString).yaml")
  try Data(text.utf8).write(to: url)
  defer { try? FileManager.default.removeItem(at: url) }
  return try body(url.path)
}

func load(_ file: String) throws -> Settings {
  try LoadedConfiguration(file: file, environment: [:]).settings
}
