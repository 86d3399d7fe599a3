import Foundation

/// What librdkafka says of a client every few seconds, as far as it matters to an operator (its `STATISTICS.md`).
///
/// Counts run since the client was made. Times are of the last interval.
public struct KafkaStatistics: Sendable, Hashable {
  public struct Broker: Sendable, Hashable {
    /// Host and port, or a name such as `GroupCoordinator`.
    public var name: String
    public var isUp: Bool
    public var meanRoundTrip: Duration
    /// 99 of 100 round trips took no longer.
    public var longRoundTrip: Duration
    /// How long the broker throttled on average.
    public var throttle: Duration
    public var transmitErrors: Int
    public var receiveErrors: Int
    public var timeouts: Int
    public var disconnects: Int
  }

  public struct Partition: Sendable, Hashable {
    /// The end of the log; nil where it is not known.
    public var end: Int64?
    /// What the group has committed; nil where it is not known.
    public var committed: Int64?
    /// Messages that were read ahead, and their size.
    public var prefetched: Int
    public var prefetchedBytes: Int
  }

  /// In the order of their names; those that the client has to do with.
  public var brokers: [Broker]
  public var partitions: [TopicPartition: Partition]
  /// Messages of a producer that are not acknowledged, and their size.
  public var queued: Int
  public var queuedBytes: Int
  public var sentMessages: Int
  public var sentBytes: Int
  public var receivedMessages: Int
  public var receivedBytes: Int
}

extension KafkaStatistics {
  /// Reads librdkafka's JSON.
  ///
  /// - Throws: `DecodingError` for anything else.
  init(json: Data) throws {
    let raw = try JSONDecoder().decode(Raw.self, from: json)
    // A connection that was never asked for is nobody's trouble; of a broker there may be two.
    let connections = (raw.brokers ?? [:]).values.filter { $0.state != "INIT" || ($0.tx ?? 0) > 0 }
    brokers = Dictionary(connections.map(\.broker).map { ($0.name, $0) }) { $0.merged(with: $1) }
      .values.sorted { $0.name < $1.name }
    partitions = [:]
    for (name, topic) in raw.topics ?? [:] {
      // -1 stands for messages without a partition.
      for (number, partition) in topic.partitions ?? [:] {
        guard let number = Int32(number), number >= 0 else { continue }
        partitions[TopicPartition(topic: name, partition: number)] = partition.partition
      }
    }
    queued = raw.msgCount ?? 0
    queuedBytes = raw.msgSize ?? 0
    sentMessages = raw.txmsgs ?? 0
    sentBytes = raw.txmsgBytes ?? 0
    receivedMessages = raw.rxmsgs ?? 0
    receivedBytes = raw.rxmsgBytes ?? 0
  }

  private struct Raw: Decodable {
    var brokers: [String: RawBroker]?
    var topics: [String: RawTopic]?
    var msgCount: Int?
    var msgSize: Int?
    var txmsgs: Int?
    var txmsgBytes: Int?
    var rxmsgs: Int?
    var rxmsgBytes: Int?

    enum CodingKeys: String, CodingKey {
      case brokers, topics, txmsgs, rxmsgs
      case msgCount = "msg_cnt"
      case msgSize = "msg_size"
      case txmsgBytes = "txmsg_bytes"
      case rxmsgBytes = "rxmsg_bytes"
    }
  }

  /// Of values in a window.
  private struct Window: Decodable {
    var avg: Int?
    var p99: Int?
  }

  private struct RawBroker: Decodable {
    var name: String?
    var nodename: String?
    var state: String?
    var tx: Int?
    var txerrs: Int?
    var rxerrs: Int?
    var timeouts: Int?
    var disconnects: Int?
    var rtt: Window?
    var throttle: Window?

    enum CodingKeys: String, CodingKey {
      case name, nodename, state, tx, txerrs, rxerrs, disconnects, rtt, throttle
      case timeouts = "req_timeouts"
    }

    var broker: Broker {
      // A coordinator's connection is to a broker that has one of its own.
      let isLogical = name?.contains("/") == false
      return Broker(
        name: isLogical ? name ?? "" : nodename ?? name ?? "", isUp: state == "UP",
        meanRoundTrip: .microseconds(rtt?.avg ?? 0), longRoundTrip: .microseconds(rtt?.p99 ?? 0),
        throttle: .milliseconds(throttle?.avg ?? 0), transmitErrors: txerrs ?? 0,
        receiveErrors: rxerrs ?? 0, timeouts: timeouts ?? 0, disconnects: disconnects ?? 0)
    }
  }

  private struct RawTopic: Decodable {
    var partitions: [String: RawPartition]?
  }

  private struct RawPartition: Decodable {
    var end: Int64?
    var committed: Int64?
    var fetched: Int?
    var fetchedBytes: Int?

    enum CodingKeys: String, CodingKey {
      case end = "hi_offset"
      case committed = "committed_offset"
      case fetched = "fetchq_cnt"
      case fetchedBytes = "fetchq_size"
    }

    var partition: Partition {
      func known(_ offset: Int64?) -> Int64? { offset.flatMap { $0 >= 0 ? $0 : nil } }
      return Partition(
        end: known(end), committed: known(committed), prefetched: fetched ?? 0,
        prefetchedBytes: fetchedBytes ?? 0)
    }
  }
}

extension KafkaStatistics.Broker {
  fileprivate func merged(with other: KafkaStatistics.Broker) -> KafkaStatistics.Broker {
    KafkaStatistics.Broker(
      name: name, isUp: isUp || other.isUp,
      meanRoundTrip: max(meanRoundTrip, other.meanRoundTrip),
      longRoundTrip: max(longRoundTrip, other.longRoundTrip),
      throttle: max(throttle, other.throttle),
      transmitErrors: transmitErrors + other.transmitErrors,
      receiveErrors: receiveErrors + other.receiveErrors, timeouts: timeouts + other.timeouts,
      disconnects: disconnects + other.disconnects)
  }
}
