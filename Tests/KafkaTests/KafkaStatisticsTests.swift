import Foundation
import Synchronization
import Testing

@testable import Kafka

@Suite("Kafka statistics")
struct KafkaStatisticsTests {
  @Test("are read as far as they matter; a broker that has two connections is one")
  func json() throws {
    let json = #"""
      {"name":"c#consumer-1","type":"consumer","msg_cnt":3,"msg_size":300,"txmsgs":7,
       "txmsg_bytes":70,"rxmsgs":9,"rxmsg_bytes":90,"brokers":{
        "a:9092/bootstrap":{"name":"a:9092/bootstrap","nodename":"a:9092","state":"DOWN","tx":2,
         "txerrs":1,"rxerrs":0,"req_timeouts":4,"disconnects":2},
        "a:9092/1":{"name":"a:9092/1","nodename":"a:9092","state":"UP","tx":5,"txerrs":0,
         "rxerrs":2,"req_timeouts":0,"disconnects":1,"rtt":{"avg":1500,"p99":9000},
         "throttle":{"avg":20}},
        "b:9092/2":{"name":"b:9092/2","nodename":"b:9092","state":"INIT","tx":0}},
       "topics":{"t":{"partitions":{
        "0":{"hi_offset":50,"committed_offset":40,"fetchq_cnt":5,"fetchq_size":500},
        "1":{"hi_offset":-1001,"committed_offset":-1001,"fetchq_cnt":0,"fetchq_size":0},
        "-1":{"fetchq_cnt":1}}}},"new_field":[1]}
      """#
    let statistics = try KafkaStatistics(json: Data(json.utf8))
    #expect(
      statistics.brokers == [
        .init(
          name: "a:9092", isUp: true, meanRoundTrip: .microseconds(1_500),
          longRoundTrip: .microseconds(9_000), throttle: .milliseconds(20), transmitErrors: 1,
          receiveErrors: 2, timeouts: 4, disconnects: 3)
      ])
    #expect(statistics.partitions.count == 2)
    #expect(
      statistics.partitions[TopicPartition(topic: "t", partition: 0)]
        == .init(end: 50, committed: 40, prefetched: 5, prefetchedBytes: 500))
    #expect(statistics.partitions[TopicPartition(topic: "t", partition: 1)]?.end == nil)
    #expect(
      statistics.queued == 3 && statistics.sentMessages == 7 && statistics.receivedBytes == 90)
    #expect(throws: (any Error).self) { try KafkaStatistics(json: Data("{".utf8)) }
  }

  @Test("come from a client that is asked for them, and tell what it published")
  func fromAClient() async throws {
    let kafka = try EmbeddedKafka()
    defer { kafka.shutdown() }
    try kafka.createTopic("t", partitions: 1)
    var client = kafka.clientConfiguration
    client.properties = [:]
    client.statisticsInterval = .milliseconds(50)
    let (told, tell) = AsyncStream<KafkaStatistics>.makeStream(
      bufferingPolicy: .bufferingNewest(10))
    let producer = try KafkaProducer(
      configuration: .init(client: client), onStatistics: { tell.yield($0) })
    try await producer.send([KafkaProducerMessage(topic: "t", value: [1])])
    let seen = await told.first { $0.sentMessages == 1 && $0.queued == 0 }
    #expect(seen?.brokers.contains { $0.isUp } == true)
    await producer.shutdown()
  }
}
