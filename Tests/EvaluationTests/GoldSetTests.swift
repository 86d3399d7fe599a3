import Foundation
import Testing

@testable import Evaluation

@Suite("Gold answers")
struct GoldSetTests {
  private func read(_ lines: String) throws -> GoldSet { try GoldSet(jsonLines: Data(lines.utf8)) }

  @Test("are read one a line, whatever else a line holds")
  func reading() throws {
    let gold = try read(
      """
      {"queryId":"a","answerable":true,"videoId":"v","segments":[2,0],"answers":["yes"],"note":1}

      {"queryId":"b","answerable":false,"videoId":null,"segments":[]}\r
      {"queryId":"c","answerable":false,"videoId":"v"}
      {"queryId":"d","answerable":true}
      """)
    #expect(gold.count == 4)
    #expect(gold["a"]?.answers == ["yes"])
    #expect(
      gold["a"]?.evidence == [.init(videoID: "v", index: 0), .init(videoID: "v", index: 2)])
    #expect(gold["b"]?.evidence == [])
    #expect(gold["c"]?.evidence == [])
    #expect(gold["d"]?.answerable == true)
    #expect(gold["d"].map(\.evidence) == .some(nil), "nobody said which segments answer")
    #expect(gold["e"] == nil)
  }

  @Test(
    "name the line and the key of what cannot be read",
    arguments: [
      (#"{"answerable":true}"#, GoldError.missingKey(line: 2, key: "queryId")),
      (#"{"queryId":"a"}"#, .missingKey(line: 2, key: "answerable")),
      (
        #"{"queryId":7,"answerable":true}"#,
        .wrongValue(line: 2, key: "queryId", allowed: "a text that is not empty")
      ),
      (
        #"{"queryId":"","answerable":true}"#,
        .wrongValue(line: 2, key: "queryId", allowed: "a text that is not empty")
      ),
      (
        #"{"queryId":"a","answerable":null}"#,
        .wrongValue(line: 2, key: "answerable", allowed: "true or false")
      ),
      (
        #"{"queryId":"a","answerable":true,"videoId":"v","segments":[0,"1"]}"#,
        .wrongValue(line: 2, key: "segments", allowed: "a list of whole numbers from 0")
      ),
      (
        #"{"queryId":"a","answerable":true,"videoId":"v","segments":[1.5]}"#,
        .wrongValue(line: 2, key: "segments", allowed: "a list of whole numbers from 0")
      ),
      (
        #"{"queryId":"a","answerable":true,"videoId":"v","segments":[-1]}"#,
        .wrongValue(line: 2, key: "segments", allowed: "a list of whole numbers from 0")
      ),
      (
        #"{"queryId":"a","answerable":true,"segments":[1]}"#,
        .missingKey(line: 2, key: "videoId")
      ),
      (
        #"{"queryId":"first","answerable":true}"#,
        .duplicateQuery(line: 2, queryID: "first", firstLine: 1)
      ),
    ])
  func errors(line: String, expected: GoldError) throws {
    let error = #expect(throws: GoldError.self) {
      try read(#"{"queryId":"first","answerable":false}"# + "\n" + line)
    }
    #expect(error == expected)
    #expect(error.map { "\($0)".hasPrefix("gold line 2 ") } == true)
  }

  @Test("are JSON objects", arguments: ["{", "[1]", "7", #""text""#])
  func notJSON(line: String) throws {
    let error = #expect(throws: GoldError.self) { try read("\n" + line) }
    guard case .notJSON(line: 2, why: _)? = error else {
      Issue.record("\(String(describing: error))")
      return
    }
  }

  @Test("are not an empty file", arguments: ["", "\n \r\n"])
  func empty(lines: String) {
    #expect(throws: GoldError.empty) { try read(lines) }
  }

  @Test("bound what an error repeats of a file")
  func bounded() {
    let id = String(repeating: "x", count: 5_000)
    let line = #"{"queryId":"\#(id)","answerable":true}"#
    let error = #expect(throws: GoldError.self) { try read(line + "\n" + line) }
    #expect(error.map { "\($0)".count < 250 } == true)
  }
}
