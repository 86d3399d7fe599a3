import HighlightsProtocol
import SwiftProtobuf
import Testing

@Suite struct MessageCodecTests {
  static let query: SearchQuery = {
    var video = Video()
    video.id = "a"
    video.segments = [Segment.with { $0.text = "tuck the corners" }]
    return SearchQuery.with {
      $0.queryID = "q1"
      $0.text = "¿cómo doblar una sábana?"
      $0.videos = [video]
    }
  }()

  @Test(
    "A content type chooses the format, whatever its case and parameters",
    arguments: [
      (nil, MessageFormat.protobuf), ("", .protobuf), ("application/protobuf", .protobuf),
      ("application/x-protobuf", .protobuf), ("application/octet-stream", .protobuf),
      ("Application/Protobuf; messageType=x", .protobuf), ("application/json", .json),
      ("APPLICATION/JSON;charset=UTF-8", .json), ("application/json ; charset=utf-8", .json),
    ] as [(String?, MessageFormat)])
  func contentTypes(contentType: String?, format: MessageFormat) throws {
    let bytes = try MessageCodec().encode(Self.query, as: format)
    let decoded = try MessageCodec().decode(SearchQuery.self, from: bytes, contentType: contentType)
    #expect(decoded == Self.query)
  }

  @Test(
    "Another content type is refused by name",
    arguments: ["text/plain", "application/cloudevents+json", "application/jsonp", "json"])
  func unsupported(contentType: String) {
    #expect(throws: MessageError.unsupportedContentType(contentType)) {
      try MessageCodec().decode(SearchQuery.self, from: [UInt8](), contentType: contentType)
    }
  }

  @Test("JSON fields that are not known are ignored")
  func unknownFields() throws {
    let json = Array(#"{"text":"x","later":{"a":[1,{"b":null}]},"videos":[{"id":"v","x":1}]}"#.utf8)
    let decoded = try MessageCodec().decode(
      SearchQuery.self, from: json, contentType: "application/json")
    #expect(decoded.text == "x")
    #expect(decoded.videos.map(\.id) == ["v"])
  }

  @Test(
    "What is not the message is malformed, with a bounded explanation",
    arguments: [
      ("application/json", ""), ("application/json", "{"), ("application/json", "[]"),
      ("application/json", #"{"text":1}"#), ("application/json", #"{"text":"a"} x"#),
      ("application/json", #"{"requestedAt":"yesterday"}"#),
      ("application/json", #"{"text":"\#(String(repeating: "y", count: 10_000))"#),
      ("application/protobuf", "\u{12}\u{7F}short"), ("application/protobuf", "\u{7}\u{7}"),
    ])
  func malformed(contentType: String, body: String) {
    let error = #expect(throws: MessageError.self) {
      try MessageCodec().decode(
        SearchQuery.self, from: Array(body.utf8), contentType: contentType)
    }
    guard case .malformed(let message, contentType, let why) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(message == "highlights.v1.SearchQuery")
    #expect((1...200).contains(why.count))
    #expect(error?.reason == "malformed_message")
  }

  @Test("Nesting beyond the limit is refused instead of exhausting the stack")
  func depth() {
    let depth = 100_000
    let json = #"{"x":"# + String(repeating: #"{"x":"#, count: depth) + "1"
    #expect(throws: MessageError.self) {
      try MessageCodec().decode(
        SearchQuery.self, from: Array(json.utf8), contentType: "application/json")
    }
    #expect(throws: MessageError.self) {
      try MessageCodec(messageDepthLimit: 1).decode(
        SearchQuery.self, from: Self.query.serializedBytes() as [UInt8], contentType: nil)
    }
  }

  @Test("A time that JSON cannot write is a typed error")
  func unencodable() {
    let query = SearchQuery.with { $0.deadline.seconds = .max }
    let error = #expect(throws: MessageError.self) {
      try MessageCodec().encode(query, as: .json)
    }
    #expect(error?.reason == "unencodable_message")
  }
}
