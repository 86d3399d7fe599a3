import Foundation
import Kafka

/// Numbered messages of a source topic, some of them with the same key, of different ages.
struct Messages: Sendable {
  let count: Int
  let keys: Int
  let valueSize: Int
  /// Milliseconds since 1970: no message is newer.
  var newest: Int64 = 0
  /// Nil leaves the time to the broker.
  var oldestAge: Duration?
  var hasHeaders = true

  static let partitions: Int32 = 12

  /// One message; its key, age and value follow from its number alone.
  func message(_ number: Int, topic: String) -> KafkaProducerMessage {
    let draw = Self.mixed(UInt64(number))
    // The first ones have each key once, so that all of them are there.
    let key = number < keys ? number : Int(draw % UInt64(keys))
    var value = [UInt8](repeating: UInt8(ascii: "v"), count: max(valueSize, 8))
    for (index, byte) in withUnsafeBytes(of: UInt64(number).bigEndian, Array.init).enumerated() {
      value[index] = byte
    }
    var time: Int64?
    if let oldestAge {
      let span = UInt64(oldestAge / .milliseconds(1))
      time = newest - Int64(Self.mixed(draw) % span)
    }
    return KafkaProducerMessage(
      topic: topic, key: Array(Self.key(key).utf8), value: value,
      headers: hasHeaders ? headers(number) : [],
      timestamp: time)
  }

  /// 32 hexadecimal characters, as highlight keys have.
  static func key(_ number: Int) -> String {
    [mixed(UInt64(number)), mixed(~UInt64(number))].map { word in
      let digits = String(word, radix: 16)
      return String(repeating: "0", count: 16 - digits.count) + digits
    }.joined()
  }

  private func headers(_ number: Int) -> [KafkaHeader] {
    [
      KafkaHeader("content-type", "application/protobuf"), KafkaHeader("ce_specversion", "1.0"),
      KafkaHeader("ce_id", "search-\(number)"),
      KafkaHeader("ce_type", "highlights.v1.SearchQuery"),
      KafkaHeader("ce_source", "/search/frontend"),
      KafkaHeader("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"),
    ]
  }

  /// Spreads numbers over all of 64 bits (the finaliser of SplitMix64).
  private static func mixed(_ number: UInt64) -> UInt64 {
    var word = number &+ 0x9E37_79B9_7F4A_7C15
    word = (word ^ word >> 30) &* 0xBF58_476D_1CE4_E5B9
    word = (word ^ word >> 27) &* 0x94D0_49BB_1331_11EB
    return word ^ word >> 31
  }
}
