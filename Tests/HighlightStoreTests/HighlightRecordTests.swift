import Foundation
import HighlightStore
import HighlightsProtocol
import SwiftProtobuf
import Testing

@Suite("A highlight record")
struct HighlightRecordTests {
  private let position = RecordPosition(topic: "search.highlights", partition: 3, offset: 41)

  private var highlight: Highlight {
    var highlight = Highlight()
    highlight.key = "k"
    highlight.status = .withdrawn
    highlight.generatedAt = Google_Protobuf_Timestamp(seconds: 7, nanos: 9_000_000)
    return highlight
  }

  @Test("takes what a store sorts by from its bytes, and keeps them as they are")
  func decodes() throws {
    // A field of a later version of the message must survive.
    let payload = try highlight.serializedData() + Data([0xF8, 0x07, 0x01])
    let record = try HighlightRecord(payload: payload, position: position, variant: "b")
    #expect(record.key == "k")
    #expect(record.variant == "b")
    #expect(record.payload == payload)
    #expect(record.expiresAt == nil)
    #expect(
      record.version
        == HighlightVersion(
          withdrawalEpoch: 1, generatedAt: UnixTime(milliseconds: 7_009), position: position))
  }

  @Test("knows the videos it cites or shows by their bytes, and none once withdrawn")
  func videos() throws {
    var highlight = self.highlight
    highlight.cite(["a", "a", "\u{E9}"], showing: ["b", "e\u{301}", "a"])
    #expect(try HighlightRecord(highlight, position: position).videoIDs == [])
    highlight.status = .answered
    let record = try HighlightRecord(highlight, position: position)
    #expect(record.videoIDs == Set(["a", "\u{E9}", "b", "e\u{301}"].map(VideoID.init)))
    #expect(record.videoIDs.count == 4)
  }

  @Test("names the field that is missing and where", arguments: ["key", "status", "generated_at"])
  func missing(field: String) throws {
    var highlight = self.highlight
    switch field {
    case "key": highlight.key = ""
    case "status": highlight.status = .unspecified
    default: highlight.clearGeneratedAt()
    }
    let error = #expect(throws: HighlightRecordError.self) {
      try HighlightRecord(highlight, position: position)
    }
    #expect(error?.description.contains("search.highlights-3@41 has no \(field);") == true)
  }

  @Test("is refused when its bytes are no highlight")
  func unreadable() {
    #expect(throws: HighlightRecordError.self) {
      try HighlightRecord(payload: Data([0xFF]), position: position)
    }
  }
}
