// swift-tools-version: 6.2

import PackageDescription

// One target a room (see ARCHITECTURE.md). A room lists only rooms on floors below it, so an arrow
// that runs back up does not compile.

let settings: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .treatAllWarnings(as: .error),
]

extension Target.Dependency {
  static let argumentParser = product(name: "ArgumentParser", package: "swift-argument-parser")
  static let asyncHTTPClient = product(name: "AsyncHTTPClient", package: "async-http-client")
  static let configuration = product(name: "Configuration", package: "swift-configuration")
  static let coreMetrics = product(name: "CoreMetrics", package: "swift-metrics")
  static let crypto = product(name: "Crypto", package: "swift-crypto")
  static let deque = product(name: "DequeModule", package: "swift-collections")
  static let grdb = product(name: "GRDB", package: "GRDB.swift")
  static let hummingbird = product(name: "Hummingbird", package: "hummingbird")
  static let logging = product(name: "Logging", package: "swift-log")
  static let metrics = product(name: "Metrics", package: "swift-metrics")
  static let mustache = product(name: "Mustache", package: "swift-mustache")
  static let nioCore = product(name: "NIOCore", package: "swift-nio")
  static let nioFoundationCompat = product(name: "NIOFoundationCompat", package: "swift-nio")
  static let nioEmbedded = product(name: "NIOEmbedded", package: "swift-nio")
  static let nioHTTP1 = product(name: "NIOHTTP1", package: "swift-nio")
  static let nioSSL = product(name: "NIOSSL", package: "swift-nio-ssl")
  static let nioPosix = product(name: "NIOPosix", package: "swift-nio")
  static let protobuf = product(name: "SwiftProtobuf", package: "swift-protobuf")
  static let serviceLifecycle = product(
    name: "ServiceLifecycle", package: "swift-service-lifecycle")
  static let tracing = product(name: "Tracing", package: "swift-distributed-tracing")
  static let unixSignals = product(name: "UnixSignals", package: "swift-service-lifecycle")
  static let yams = product(name: "Yams", package: "Yams")
}

/// A library room and its test target, `Tests/<name>Tests`.
func room(
  _ name: String, _ dependencies: [Target.Dependency] = [], excluding excluded: [String] = [],
  testedWith testDependencies: [Target.Dependency] = []
) -> [Target] {
  [
    .target(name: name, dependencies: dependencies, exclude: excluded, swiftSettings: settings),
    .testTarget(
      name: "\(name)Tests",
      dependencies: [.target(name: name)] + dependencies + testDependencies,
      swiftSettings: settings),
  ]
}

let floor0: [Target] = [
  .systemLibrary(
    name: "CRDKafka", pkgConfig: "rdkafka", providers: [.apt(["librdkafka-dev"])]),
  .systemLibrary(
    name: "CHiredis", pkgConfig: "hiredis", providers: [.apt(["libhiredis-dev"])]),
  .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
]

let floor1 =
  room(
    "Kafka", ["CRDKafka", .deque, .logging], excluding: ["README.md"], testedWith: ["TestSupport"])
  + room("HighlightsProtocol", [.protobuf], testedWith: ["TestSupport"])
  + room(
    "LLMGateway",
    [.asyncHTTPClient, .logging, .metrics, .nioCore, .nioFoundationCompat, .nioHTTP1, .tracing],
    excluding: ["README.md"], testedWith: ["TestSupport", .hummingbird])
  + room(
    "Observability",
    [
      .asyncHTTPClient, .coreMetrics, .crypto, .hummingbird, .logging, .nioCore, .nioHTTP1,
      .serviceLifecycle, .tracing,
    ],
    testedWith: ["TraceSupport", .metrics])
  + room("WorkerRuntime", [.deque], testedWith: ["TestSupport"])

let floor2 =
  room(
    "KafkaWorker", ["Kafka", "WorkerRuntime", .logging, .metrics, .serviceLifecycle, .tracing],
    excluding: ["README.md"], testedWith: ["TestSupport", "WorkerScenarios"])
  + room(
    "Control", ["HighlightsProtocol", "Kafka", .logging, .protobuf, .serviceLifecycle],
    testedWith: ["TestSupport"])
  + room(
    "Highlights", ["HighlightsProtocol", .crypto, .mustache, .protobuf], excluding: ["README.md"],
    testedWith: ["ReplyFuzzing", "TestSupport"])
  + room(
    "VideoCatalog",
    [
      "HighlightsProtocol", .asyncHTTPClient, .grdb, .nioCore, .nioFoundationCompat, .nioHTTP1,
      .protobuf,
    ],
    testedWith: [.hummingbird, .logging])
  + room(
    "HighlightStore",
    [
      "CHiredis", "CZlib", "HighlightsProtocol", .deque, .grdb, .logging, .metrics, .nioCore,
      .nioPosix, .nioSSL, .protobuf, .tracing,
    ],
    testedWith: ["TestSupport"])

let floor3 =
  room(
    "Summarizer",
    [
      "Control", "Highlights", "HighlightsProtocol", "Kafka", "KafkaWorker", "LLMGateway",
      "WorkerRuntime",
      .deque, .logging, .metrics, .protobuf, .tracing,
    ])
  + room(
    "CacheWriter",
    [
      "HighlightStore", "HighlightsProtocol", "Kafka", "KafkaWorker", "WorkerRuntime", .logging,
      .protobuf,
    ], testedWith: ["TestSupport", .grdb])
  + room(
    "GatewaySimulator",
    [.hummingbird, .logging, .nioCore, .nioFoundationCompat, .serviceLifecycle],
    testedWith: ["TestSupport", .asyncHTTPClient])
  + room("TopicAdmin", ["Kafka", .logging, .yams], testedWith: ["TestSupport"])
  + room(
    "DeadLetters", ["HighlightsProtocol", "Kafka", "KafkaWorker", .logging, .protobuf],
    testedWith: ["TestSupport"])
  + room(
    "Replay",
    ["HighlightStore", "Highlights", "HighlightsProtocol", "Kafka", .logging, .protobuf],
    testedWith: ["TestSupport"])
  + room("Evaluation", ["HighlightsProtocol"], testedWith: [.protobuf])
  + room("CapacityPlan")
  + room(
    "LookupService",
    [
      "HighlightStore", "Highlights", "HighlightsProtocol", .coreMetrics, .crypto, .hummingbird,
      .logging, .nioCore, .nioHTTP1, .protobuf, .serviceLifecycle, .tracing,
    ],
    testedWith: ["TestSupport", .asyncHTTPClient, .nioEmbedded, .yams])

let floor4: [Target] = [
  .executableTarget(
    name: "HighlightsCommand",
    dependencies: [
      "CacheWriter", "CapacityPlan", "Control", "DeadLetters", "Evaluation", "GatewaySimulator",
      "HighlightStore", "Highlights", "HighlightsProtocol", "Kafka", "KafkaWorker", "LLMGateway",
      "LookupService", "Observability", "Replay", "Summarizer", "TopicAdmin", "VideoCatalog",
      "WorkerRuntime",
      .argumentParser, .asyncHTTPClient, .configuration, .logging, .metrics, .nioCore, .nioHTTP1,
      .protobuf, .serviceLifecycle, .tracing, .unixSignals, .yams,
    ],
    swiftSettings: settings),
  .testTarget(
    name: "HighlightsCommandTests",
    dependencies: [
      "CacheWriter", "CapacityPlan", "Control", "HighlightStore", "Highlights",
      "HighlightsCommand", "HighlightsProtocol", "Kafka", "KafkaWorker", "LLMGateway",
      "LookupService", "Observability", "Replay", "Summarizer", "TestSupport", "TopicAdmin",
      "VideoCatalog", .argumentParser,
      .configuration, .logging, .protobuf, .serviceLifecycle, .yams,
    ],
    swiftSettings: settings),
  .testTarget(
    name: "IntegrationTests",
    dependencies: [
      "CacheWriter", "HighlightStore", "Highlights", "HighlightsCommand", "HighlightsProtocol",
      "Kafka", "KafkaWorker", "TestSupport", "TraceSupport", .grdb, .protobuf,
    ],
    swiftSettings: settings),
]

/// What tests of several rooms need: brokers in processes of their own, waiting without sleeping.
let testSupport: [Target] = [
  .target(name: "TestSupport", path: "Tests/TestSupport", swiftSettings: settings),
  // A receiver of traces.
  .target(
    name: "TraceSupport", dependencies: [.hummingbird, .logging, .nioCore],
    path: "Tests/TraceSupport", swiftSettings: settings),
  // Runs of workers under a fault, short in tests and in full length behind a target of their own.
  .target(
    name: "WorkerScenarios",
    dependencies: [
      "Kafka", "KafkaWorker", "TestSupport", .asyncHTTPClient, .hummingbird, .logging, .nioCore,
      .nioHTTP1, .serviceLifecycle,
    ],
    path: "Tests/WorkerScenarios", swiftSettings: settings),
  // Fleets of rate limiters on a virtual clock: few calls in tests, many in `make simulate-limits`.
  .target(
    name: "LimitSimulation", dependencies: ["LLMGateway", "TestSupport"],
    path: "Tests/LimitSimulation", swiftSettings: settings),
  // Replies of a model gone mad: some in tests, a million in `make fuzz-replies`.
  .target(
    name: "ReplyFuzzing", dependencies: ["Highlights", "HighlightsProtocol", "TestSupport"],
    path: "Tests/ReplyFuzzing", swiftSettings: settings),
  .testTarget(
    name: "LimitSimulationTests", dependencies: ["LimitSimulation", "TestSupport"],
    swiftSettings: settings),
]

let benchmarks: [Target] = [
  .target(name: "CKafkaBenchmark", dependencies: ["CRDKafka"], path: "Benchmarks/CKafkaBenchmark"),
  .executableTarget(
    name: "KafkaBenchmark", dependencies: ["CKafkaBenchmark", "Kafka", .argumentParser],
    path: "Benchmarks/KafkaBenchmark", swiftSettings: settings),
  // What load in processes of its own needs: children, a broker, figures with bars.
  .target(
    name: "BenchmarkSupport",
    dependencies: ["Kafka", "TestSupport", .logging, .serviceLifecycle, .unixSignals],
    path: "Benchmarks/BenchmarkSupport", swiftSettings: settings),
  .executableTarget(
    name: "WorkerBenchmark",
    dependencies: [
      "BenchmarkSupport", "GatewaySimulator", "Highlights", "HighlightsProtocol", "Kafka",
      "KafkaWorker", "LLMGateway", "Summarizer", .argumentParser, .asyncHTTPClient, .logging,
      .nioCore, .nioHTTP1, .protobuf, .serviceLifecycle,
    ],
    path: "Benchmarks/WorkerBenchmark", swiftSettings: settings),
  .executableTarget(
    name: "ObservabilityBenchmark",
    dependencies: [
      "BenchmarkSupport", "GatewaySimulator", "Highlights", "HighlightsProtocol", "Kafka",
      "KafkaWorker", "LLMGateway", "Observability", "Summarizer", .argumentParser,
      .asyncHTTPClient, .hummingbird, .logging, .metrics, .nioCore, .nioHTTP1, .protobuf,
      .serviceLifecycle, .tracing,
    ],
    path: "Benchmarks/ObservabilityBenchmark", swiftSettings: settings),
  .executableTarget(
    name: "FaultTest",
    dependencies: ["BenchmarkSupport", "Kafka", "WorkerScenarios", .argumentParser],
    path: "Benchmarks/FaultTest", swiftSettings: settings),
  .target(
    name: "CReplayBenchmark", dependencies: ["CRDKafka"], path: "Benchmarks/CReplayBenchmark"),
  .executableTarget(
    name: "ReplayBenchmark",
    dependencies: [
      "BenchmarkSupport", "CReplayBenchmark", "Highlights", "HighlightsProtocol", "Kafka", "Replay",
      "TestSupport", .argumentParser, .protobuf,
    ],
    path: "Benchmarks/ReplayBenchmark", swiftSettings: settings),
  .executableTarget(
    name: "LookupBenchmark",
    dependencies: [
      "BenchmarkSupport", "CacheWriter", "HighlightStore", "Highlights", "HighlightsProtocol",
      "Kafka", "KafkaWorker", "LookupService", "TestSupport", .argumentParser, .asyncHTTPClient,
      .hummingbird, .logging, .nioCore, .nioHTTP1, .nioPosix, .protobuf, .serviceLifecycle,
    ],
    path: "Benchmarks/LookupBenchmark", swiftSettings: settings),
  .executableTarget(
    name: "LimitsBenchmark",
    dependencies: [
      "BenchmarkSupport", "Highlights", "HighlightsProtocol", "Kafka", "TestSupport",
      .argumentParser, .asyncHTTPClient, .nioCore, .nioFoundationCompat, .nioHTTP1, .protobuf,
    ],
    path: "Benchmarks/LimitsBenchmark", swiftSettings: settings),
  .executableTarget(
    name: "LoadBenchmark",
    dependencies: [
      "BenchmarkSupport", "CapacityPlan", "Highlights", "HighlightsProtocol", "Kafka",
      "TestSupport", .argumentParser, .protobuf,
    ],
    path: "Benchmarks/LoadBenchmark", swiftSettings: settings),
  .executableTarget(
    name: "LimitSimulator",
    dependencies: ["BenchmarkSupport", "LLMGateway", "LimitSimulation", .argumentParser],
    path: "Benchmarks/LimitSimulator", swiftSettings: settings),
  // Decides from files alone what was published wrongly: it knows no room.
  .executableTarget(
    name: "PublishedChecker", dependencies: [.argumentParser],
    path: "Benchmarks/PublishedChecker", swiftSettings: settings),
  .testTarget(
    name: "PublishedCheckerTests", dependencies: ["PublishedChecker"], swiftSettings: settings),
  .executableTarget(
    name: "EvaluationProof",
    dependencies: [
      "BenchmarkSupport", "Evaluation", "GatewaySimulator", "Highlights", "HighlightsProtocol",
      "TestSupport", .argumentParser, .protobuf,
    ],
    path: "Benchmarks/EvaluationProof", swiftSettings: settings),
  .executableTarget(
    name: "FuzzReplies", dependencies: ["BenchmarkSupport", "ReplyFuzzing", .argumentParser],
    path: "Benchmarks/FuzzReplies", swiftSettings: settings),
  .executableTarget(
    name: "CrashTest",
    dependencies: [
      "BenchmarkSupport", "Kafka", "KafkaWorker", "TestSupport", .argumentParser,
      .asyncHTTPClient, .hummingbird, .logging, .nioCore, .nioHTTP1, .serviceLifecycle,
    ],
    path: "Benchmarks/CrashTest", swiftSettings: settings),
]

let package = Package(
  name: "search-highlights",
  products: [.executable(name: "highlights", targets: ["HighlightsCommand"])],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser.git", exact: "1.8.2"),
    .package(url: "https://github.com/apple/swift-collections.git", exact: "1.6.0"),
    .package(
      url: "https://github.com/apple/swift-configuration.git", exact: "1.4.0",
      traits: [.defaults, "YAML", "Reloading", "CommandLineArguments"]),
    .package(url: "https://github.com/apple/swift-crypto.git", exact: "4.5.2"),
    .package(url: "https://github.com/apple/swift-distributed-tracing.git", exact: "1.7.3"),
    .package(url: "https://github.com/apple/swift-log.git", exact: "1.16.2"),
    .package(url: "https://github.com/apple/swift-metrics.git", exact: "2.13.0"),
    .package(url: "https://github.com/apple/swift-nio.git", exact: "2.101.2"),
    .package(url: "https://github.com/apple/swift-nio-ssl.git", exact: "2.37.6"),
    .package(url: "https://github.com/apple/swift-protobuf.git", exact: "1.39.0"),
    .package(url: "https://github.com/groue/GRDB.swift.git", exact: "7.10.0"),
    .package(url: "https://github.com/hummingbird-project/hummingbird.git", exact: "2.28.1"),
    .package(url: "https://github.com/hummingbird-project/swift-mustache.git", exact: "2.1.1"),
    .package(url: "https://github.com/jpsim/Yams.git", exact: "6.2.2"),
    .package(url: "https://github.com/swift-server/async-http-client.git", exact: "1.37.0"),
    .package(url: "https://github.com/swift-server/swift-service-lifecycle.git", exact: "2.13.0"),
  ],
  targets: floor0 + floor1 + floor2 + floor3 + floor4 + testSupport + benchmarks
)
