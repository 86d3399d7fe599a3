import BenchmarkSupport
import HighlightsProtocol
import Kafka
import SwiftProtobuf

/// The cache writer from Kafka into each store, in turn with the store's own rate with the same records and batches.
struct StoreWrites {
  let pairs: Int
  /// The test broker answers a fetch with all that it has, and a client takes no answer of 100 MB.
  private let records = 40_000

  func run() async throws -> [Figure] {
    try await LoadBroker.run { broker in
      try await broker.createTopics([(SampleHighlights.topic, SampleHighlights.partitions)])
      let samples = SampleHighlights()
      try await broker.preload(records) { number in
        let highlight = try samples.highlight(number)
        return KafkaProducerMessage(
          topic: SampleHighlights.topic, partition: SampleHighlights.partition(number),
          key: Array(highlight.key.utf8), value: try highlight.serializedBytes())
      }
      var figures: [Figure] = []
      for kind in StoreKind.allCases { figures += try await compare(kind, broker) }
      return figures
    }
  }

  private func compare(_ kind: StoreKind, _ broker: LoadBroker) async throws -> [Figure] {
    var bare: [Double] = []
    var writer: [Double] = []
    for pair in 0..<pairs {
      bare.append(
        try await kind.run { try await rate(["bare-writer", "--store", $0]) })
      // A group of its own begins at the topic's beginning.
      writer.append(
        try await kind.run {
          try await rate([
            "cache-writer", "--store", $0, "--broker", broker.address, "--group",
            "\(kind)-\(pair)",
          ])
        })
    }
    let ratios = Distribution(zip(writer, bare).map { $0 / $1 })
    print("\(kind) alone: \(Distribution(bare).text("%.0f")) records a second")
    print("cache writer into \(kind): \(Distribution(writer).text("%.0f")) records a second")
    print("ratio: \(ratios.text())")
    return [
      Figure("\(kind)_records_per_s", Distribution(writer).median),
      Figure("\(kind)_writes_vs_bare", ratios.median, .atLeast(0.7)),
    ]
  }

  private func rate(_ arguments: [String]) async throws -> Double {
    let line = try await LoadProcess.run(arguments + ["--records", "\(records)"]) {
      try await $0.line()
    }
    guard let rate = Double(line), rate.isFinite else {
      throw BenchmarkError("\(arguments[0]) printed no rate: \(line)")
    }
    return rate
  }
}
