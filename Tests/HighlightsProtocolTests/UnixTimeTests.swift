import HighlightsProtocol
import SwiftProtobuf
import Testing

@Suite struct UnixTimeTests {
  @Test(
    "A moment is written as protobuf's own JSON writes it",
    arguments: [
      0, 1, 999, 1_000, 951_782_400_123, 1_795_476_205_122, 4_107_542_399_999, -1,
      -62_135_596_800_000, 253_402_300_799_999,
    ] as [Int64])
  func description(milliseconds: Int64) throws {
    let time = UnixTime(milliseconds: milliseconds)
    let read = try Google_Protobuf_Timestamp(jsonString: "\"\(time)\"")
    #expect(UnixTime(read) == time)
    #expect(read == time.timestamp)
  }

  @Test("Any timestamp from the wire is taken, the impossible as the nearest end")
  func saturates() {
    #expect(UnixTime(Google_Protobuf_Timestamp(seconds: .max, nanos: .max)) == .latest)
    #expect(UnixTime(Google_Protobuf_Timestamp(seconds: .min, nanos: .min)) == .earliest)
    #expect(UnixTime(milliseconds: .max) == .latest)
    #expect(UnixTime.latest.advanced(byMilliseconds: .max) == .latest)
    #expect(UnixTime.earliest.advanced(byMilliseconds: .min) == .earliest)
    #expect(UnixTime(Google_Protobuf_Timestamp(nanos: -1)).milliseconds == -1)
  }
}
