import BenchmarkSupport
import Foundation
import Kafka

/// The most memory of processes that choose the latest of each key, by how many messages and keys there are.
///
/// On an embedded broker, which answers as much at a time as it is asked for: noida-db answers a fetch with all that a
/// partition holds, and what a client needs for that would hide everything else.
struct MemoryUse {
  let messages: Int
  let keys: Int
  let manyMessages: Int
  let manyKeys: Int

  private static let valueSize = 40
  /// What a message takes there, with key and framing.
  private static let messageSize = valueSize + 48

  /// Megabytes.
  ///
  /// What is fetched ahead is bounded, but few messages do not fill it: that many more take no more is told by half of
  /// the many.
  func measure() async throws -> (
    few: Double, half: Double, many: Double, manyKeys: Double, bytesPerKey: Double
  ) {
    let few = try await peak("few messages", messages, keys)
    let half = try await peak("half of the many", manyMessages / 2, keys)
    let many = try await peak("many messages", manyMessages, keys)
    let manyKeys = try await peak("many messages and keys", manyMessages, self.manyKeys)
    let bytes = max(0, manyKeys - many) * 1e6 / Double(self.manyKeys - keys)
    return (few, half, many, manyKeys, bytes)
  }

  private func peak(_ name: String, _ count: Int, _ keys: Int) async throws -> Double {
    let kafka = try EmbeddedKafka()
    defer { kafka.shutdown() }
    // It keeps 5 MiB a partition; keys do not spread quite evenly.
    let partitions = Int32(max(12, count * Self.messageSize / (3 << 20) + 1))
    try kafka.createTopic("source", partitions: partitions)
    try kafka.createTopic("control", partitions: 1)
    try kafka.createTopic("target", partitions: partitions)
    let load = Messages(count: count, keys: keys, valueSize: Self.valueSize, hasHeaders: false)
    try await fill(kafka, load)
    let arguments = ["swift", "--dry", "--broker", kafka.bootstrapServers]
    return try await LoadProcess.run(arguments + ["--source", "source", "--target", "target"]) {
      child in
      let result = try LegResult(line: try await child.line())
      guard result.keys == keys, result.read == count else {
        throw BenchmarkError(
          "\(result.keys) of \(keys) keys were found in \(result.read) of \(count) messages")
      }
      let megabytes = try ProcessUse(of: child.id).peakMegabytes
      print(String(format: "%@: %d, %d keys: %.1f MB", name, count, keys, megabytes))
      return megabytes
    }
  }

  private func fill(_ kafka: EmbeddedKafka, _ load: Messages) async throws {
    let producer = try KafkaProducer(
      configuration: .init(
        client: .init(
          bootstrapServers: kafka.bootstrapServers.split(separator: ",").map(String.init))))
    let result: Result<Void, any Error>
    do {
      for start in stride(from: 0, to: load.count, by: 10_000) {
        try await producer.send(
          (start..<min(start + 10_000, load.count)).map { load.message($0, topic: "source") })
      }
      result = .success(())
    } catch {
      result = .failure(error)
    }
    await producer.shutdown()
    try result.get()
  }
}
