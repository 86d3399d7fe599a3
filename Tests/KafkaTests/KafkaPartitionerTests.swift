import Testing

@testable import Kafka

@Suite("Partitioner") struct KafkaPartitionerTests {
  // The vectors of Apache Kafka's UtilsTest.testMurmur2.
  @Test(
    "murmur2 hashes as Java's client does",
    arguments: [
      ("21", -973_932_308), ("foobar", -790_332_482),
      ("a-little-bit-long-string", -985_981_536), ("a-little-bit-longer-string", -1_486_304_829),
      ("lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58_897_971), ("abc", 479_470_107),
    ] as [(String, Int32)])
  func murmur2(text: String, hash: Int32) {
    #expect(Int32(bitPattern: KafkaPartitioner.murmur2(Array(text.utf8))) == hash)
  }

  @Test("keys land where librdkafka's murmur2_random puts them")
  func agreesWithLibrdkafka() async throws {
    try await onEmbeddedKafka(topics: ["keys": 12]) { kafka in
      let keys = (0..<300).map { String(repeating: "k", count: $0 % 9) + "\($0)" } + [""]
      let producer = try kafka.producer()
      let results = try await producer.enqueue(
        keys.map { KafkaProducerMessage("keys", "v", key: $0) }
      ).results
      await producer.shutdown()
      for (key, result) in zip(keys, results) {
        let partition = KafkaPartitioner.partition(forKey: Array(key.utf8), count: 12)
        #expect(try result.get().partition == partition, "key \(key)")
      }
    }
  }
}
