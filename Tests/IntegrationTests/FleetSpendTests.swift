import Foundation
import HighlightsProtocol
import Kafka
import SwiftProtobuf
import TestSupport
import Testing

extension FleetTests {
  @Test(
    "a wrong file of models ends with 78 and names the key",
    arguments: [
      (
        "models: [{name: a, default: true, limits: {requests_per_minute: 0}}]",
        "models[0].limits.requests_per_minute is \"0\""
      ),
      (
        "models: [{name: a, default: true}, {name: b, default: true}]",
        "models[0].default is \"true\""
      ),
      ("models: [{name: a}]", "gateway.model is \"default\""),
    ])
  func wrongModels(_ yaml: String, _ words: String) async throws {
    try await Fleet.inFolder { folder in
      let file = folder.appending(path: "models.yaml")
      try Data(yaml.utf8).write(to: file)
      for command in ["summarize", "up"] {
        let result = try await HighlightsProcess.run(
          [
            command, "--gateway", "http://127.0.0.1:1/v1", "--set",
            "gateway.models_file=\(file.path)",
          ], limit: .seconds(20))
        #expect(result.end == .exited(78), "\(result)")
        #expect(result.output.isEmpty, "\(result)")
        #expect(result.errors.contains(words) && result.errors.contains(file.path), "\(result)")
      }
    }
  }

  @Test("spend ends on an empty topic, then sums what stands in it, once a search and since a time")
  func spend() async throws {
    try await Fleet.run { fleet in
      let empty = try await fleet.run(["spend"])
      #expect(empty.end == .exited(0), "\(empty)")
      #expect(empty.output.isEmpty, "\(empty)")
      #expect(empty.errors.contains("no outcomes in search.outcomes"), "\(empty)")

      let now = Date()
      let outcomes = (0..<20).map { number in
        outcome("q-\(number)", endedAt: now - (number < 15 ? 7_200 : 60))
      }
      var records = outcomes.map { message($0) }
      records.append(message(outcome("q-3", endedAt: now)))
      records.append(
        KafkaProducerMessage(
          topic: "search.outcomes", partition: 0, key: nil, value: [255, 255, 255]))
      _ = try await fleet.publish(records)

      let table = try await fleet.run(["spend"])
      #expect(table.end == .exited(0), "\(table)")
      let words = table.output.split(separator: "\n").last?.split(separator: " ") ?? []
      #expect(words.prefix(5) == ["all", "-", "-", "20", "20"], "\(table)")
      #expect(table.output.contains("0.000200 USD"), "\(table)")
      #expect(table.errors.contains("1 outcomes are of a search that is counted"), "\(table)")
      #expect(table.errors.contains("1 records of search.outcomes are no outcomes"), "\(table)")

      // Among the last hour's is the second outcome of q-3.
      let recent = try await fleet.run(["spend", "--since", "1h", "--json"])
      #expect(recent.end == .exited(0), "\(recent)")
      let report = try JSONDecoder().decode(Report.self, from: Data(recent.output.utf8))
      #expect(report.total.searches == 6, "\(recent)")
      #expect(report.total.cost.map(\.micros) == [60], "\(recent)")
    }
  }

  @Test("spend of a topic that is not there says so and fails")
  func spendWithoutTopic() async throws {
    try await Fleet.run { fleet in
      let result = try await fleet.run(["spend"], ["kafka.topics.outcomes=nowhere"])
      #expect(result.end == .exited(1), "\(result)")
      #expect(result.errors.contains("topic nowhere is not there"), "\(result)")
    }
  }

  private struct Report: Decodable {
    struct Total: Decodable {
      struct Amount: Decodable { let micros: Int }
      let searches: Int
      let cost: [Amount]
    }
    let total: Total
  }

  private func outcome(_ id: String, endedAt: Date) -> Outcome {
    var outcome = Outcome()
    outcome.queryID = id
    outcome.key = id
    outcome.result = .answered
    outcome.model = "m"
    outcome.lane = "queries"
    outcome.usage.attempts = 1
    outcome.usage.costMicros = 10
    outcome.usage.currency = "USD"
    outcome.endedAt = Google_Protobuf_Timestamp(date: endedAt)
    return outcome
  }

  private func message(_ outcome: Outcome) -> KafkaProducerMessage {
    let value: [UInt8] = (try? outcome.serializedBytes()) ?? []
    return KafkaProducerMessage(
      topic: "search.outcomes", key: Array(outcome.key.utf8), value: value)
  }
}
