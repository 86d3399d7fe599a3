import HighlightsProtocol
import Testing
import VideoCatalog

@testable import HighlightsCommand

@Suite("A line of videos")
struct IngestionTests {
  @Test("is a video in protobuf's JSON mapping")
  func video() throws {
    let video = try VideoLine.video(
      line(
        #"""
        {"id": "v", "title": "Egg", "durationMs": 9000, "views": 7,
         "segments": [{"startMs": 1, "endMs": 2, "text": "boil"}]}
        """#))
    #expect((video.id, video.title, video.durationMs) == ("v", "Egg", 9_000))
    #expect(video.segments.map(\.text) == ["boil"])
  }

  @Test("that no search could bring is refused")
  func refused() {
    #expect(throws: MessageError.self) { try VideoLine.video(line("{\"id\": 7}")) }
    #expect(throws: MessageError.self) { try VideoLine.video(line("[]")) }
    #expect(throws: VideoRejection.emptyID) { try VideoLine.video(line("{}")) }
  }

  @Test("is counted by what became of it")
  func counts() throws {
    let ingestion = Ingestion(
      change: CatalogChange(inserted: 3, replaced: 2, unchanged: 1), refused: 4, videos: 9)
    #expect(ingestion.lines == 10)
    #expect(
      ingestion.line("c.sqlite")
        == "inserted 3, replaced 2, unchanged 1, refused 4; c.sqlite holds 9 videos")
    #expect(
      try ingestion.json()
        == #"{"inserted":3,"refused":4,"replaced":2,"unchanged":1,"videos":9}"#)
  }

  private func line(_ text: String) -> QueryLines.Line {
    QueryLines.Line(number: 1, bytes: Array(text.utf8))
  }
}
