import Highlights
import HighlightsProtocol
import Kafka
import SwiftProtobuf
import Testing

@testable import HighlightsCommand

@Suite("An outgoing search")
struct OutgoingQueryTests {
  private static let good = #"{"queryId": "q-1", "text": "Fold a sheet", "locale": "en-us"}"#

  @Test("stands under its highlight's key, as a CloudEvent of its own id")
  func placed() throws {
    for query in [try checked(Self.good), try raw(Self.good)] {
      let key = try HighlightKey(
        text: NormalizedText("fold a sheet"), locale: LanguageTag("en-US"))
      #expect(query.id == "q-1")
      #expect(query.message.topic == "search.queries")
      #expect(query.message.partition == nil)
      #expect(query.message.key == key.bytes)
      #expect(query.message.headers.text(HeaderName.eventID) == "q-1")
      #expect(query.message.headers.text(HeaderName.contentType) == "application/protobuf")
      let sent = try SearchQuery(serializedBytes: query.message.value ?? [])
      #expect((sent.queryID, sent.text, sent.locale) == ("q-1", "Fold a sheet", "en-us"))
      #expect(query.bytes >= (query.message.value?.count ?? 0) + key.bytes.count)
    }
  }

  @Test("without an id is given one, inside and outside the same")
  func identity() throws {
    let line = #"{"text": "Fold a sheet"}"#
    for query in [try checked(line), try raw(line)] {
      #expect(!query.id.isEmpty)
      #expect(query.message.headers.text(HeaderName.eventID) == query.id)
      #expect(try SearchQuery(serializedBytes: query.message.value ?? []).queryID == query.id)
    }
    #expect(try checked(line).id != checked(line).id)
  }

  @Test("that no worker could take is refused when it is checked")
  func refused() {
    #expect(throws: SearchRejection.emptyText) { try checked(#"{"text": " "}"#) }
    #expect(throws: MessageError.self) { try checked("{") }
    #expect(throws: SearchRejection.textTooLong(count: 12, allowed: 5)) {
      try OutgoingQuery(
        checking: line(Self.good), topic: "t", limits: SearchLimits(textLength: 5))
    }
  }

  @Test("that no worker can read goes out as it is, without a key, when it is raw")
  func unreadable() throws {
    let text = #"{"text": 7, "#
    let query = try raw(text)
    #expect(query.message.value == Array(text.utf8))
    #expect(query.message.key == nil)
    #expect(query.message.headers.text(HeaderName.contentType) == "application/json")
    #expect(query.message.headers.text(HeaderName.eventID) == query.id)
  }

  @Test("that a worker will reject goes out under its id, without a key, when it is raw")
  func rejected() throws {
    let query = try raw(#"{"queryId": "q-2", "text": "sheet", "locale": "not a locale"}"#)
    #expect(query.id == "q-2")
    #expect(query.message.key == nil)
    #expect(try SearchQuery(serializedBytes: query.message.value ?? []).locale == "not a locale")
  }

  private func checked(_ text: String) throws -> OutgoingQuery {
    try OutgoingQuery(checking: line(text), topic: "search.queries", limits: SearchLimits())
  }

  private func raw(_ text: String) throws -> OutgoingQuery {
    try OutgoingQuery(raw: line(text), topic: "search.queries", limits: SearchLimits())
  }

  private func line(_ text: String) -> QueryLines.Line {
    QueryLines.Line(number: 1, bytes: Array(text.utf8))
  }
}
