import Kafka
import Logging

/// Whether the brokers answer and hold the topics.
struct BrokerCheck {
  private let settings: Settings
  private let topics: [String]

  init(_ settings: Settings) {
    self.settings = settings
    topics = settings.kafka.topics.all + SearchLane.retries.topics(settings).sorted()
  }

  func findings() async -> [Finding] {
    let servers = settings.kafka.bootstrapServers.joined(separator: ",")
    do {
      let admin = try KafkaAdmin(
        configuration: settings.kafka.client(), logger: Logger(label: "doctor"))
      let findings = await findings(admin, servers)
      await admin.close()
      return findings
    } catch {
      return [Finding(check: "broker", verdict: .fail, found: "\(error)")]
    }
  }

  private func findings(_ admin: KafkaAdmin, _ servers: String) async -> [Finding] {
    do {
      let cluster = try await admin.cluster(timeout: .seconds(5))
      let brokers = cluster.brokers.map(\.description).joined(separator: ", ")
      let broker = Finding(check: "broker", verdict: .ok, found: "\(servers): \(brokers)")
      return [
        broker, try await topics(admin), await TopicDrift.finding(settings, admin),
      ]
    } catch {
      return [
        Finding(
          check: "broker", verdict: .fail, found: "\(servers): \(error)",
          advice: "is the address right (kafka.bootstrap_servers), and a broker running there?")
      ]
    }
  }

  private func topics(_ admin: KafkaAdmin) async throws -> Finding {
    let found = try await admin.describeTopics()
    let missing = topics.filter { found[$0] == nil }
    guard missing.isEmpty else {
      return Finding(
        check: "topics", verdict: .fail, found: "missing: \(missing.joined(separator: ", "))",
        advice: "highlights topics apply")
    }
    let counts = topics.map { "\($0) \(found[$0]?.partitions.count ?? 0)" }
    return Finding(check: "topics", verdict: .ok, found: counts.joined(separator: ", "))
  }
}
