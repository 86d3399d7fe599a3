import HighlightsProtocol
import Testing

@Suite struct HeaderTests {
  @Test("CloudEvents headers follow the Kafka binding's binary mode")
  func cloudEvent() {
    let event = CloudEvent(
      id: "q1", type: "highlights.v1.SearchQuery", source: "/highlights/publish",
      time: UnixTime(milliseconds: 1_000))
    let headers = event.headers.map { "\($0.0): \(String(decoding: $0.1, as: UTF8.self))" }
    #expect(
      headers == [
        "ce_specversion: 1.0", "ce_id: q1", "ce_type: highlights.v1.SearchQuery",
        "ce_source: /highlights/publish", "ce_time: 1970-01-01T00:00:01.000Z",
        "content-type: application/protobuf",
      ])
  }

  @Test("A valid traceparent is read and written again")
  func traceParent() throws {
    let header = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
    let parsed = try #require(TraceParent(header))
    #expect(parsed.traceID == "4bf92f3577b34da6a3ce929d0e0e4736")
    #expect(parsed.parentID == "00f067aa0ba902b7")
    #expect(parsed.isSampled)
    #expect(parsed.description == header)
    let later = try #require(TraceParent("cc" + header.dropFirst(2) + "-what-comes-later"))
    #expect(later.description == header)
    #expect(TraceParent(header.dropLast(2) + "00")?.isSampled == false)
  }

  @Test(
    "An invalid traceparent is none",
    arguments: [
      "", "00", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7",
      "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
      "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
      "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
      "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
      "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-0g",
      "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more",
      "cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01more",
      "00-4bf92f3577b34da6a3ce929d0e0e473é-00f067aa0ba902b7-01",
    ])
  func invalidTraceParent(header: String) {
    #expect(TraceParent(header) == nil)
  }
}
