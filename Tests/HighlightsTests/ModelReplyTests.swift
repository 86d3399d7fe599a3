import Highlights
import Testing

@Suite struct ModelReplyTests {
  static let json =
    #"{"answerable":true,"sentences":[{"text":"A.","citations":[{"segment":"v1#0","quote":"q"}]}]}"#

  @Test(
    "JSON is read bare or in one code fence",
    arguments: [
      json, "\n \(json) \n", "```json\n\(json)\n```", "```JSON\n\(json)```", "```\n\(json)\n```\n",
    ])
  func read(content: String) throws {
    let reply = try ModelReply(parsing: content)
    #expect(reply == Samples.reply("A.", "v1#0", "q"))
  }

  @Test(
    "Anything else is an invalid reply that says what is wrong",
    arguments: [
      ("", "not JSON"), ("Sure! Here is", "not JSON"), (json + " Enjoy!", "not JSON"),
      (String(json.dropLast(5)), "not JSON"), ("```json\n```", "not JSON"), ("```", "not JSON"),
      ("[]", "expected"), (#"{"answerable":true}"#, "\"sentences\" is missing"),
      (#"{"answerable":"yes","sentences":[]}"#, "expected Bool at answerable"),
      (#"{"answerable":true,"sentences":[{"text":"A."}]}"#, "citations"),
      (#"{"answerable":true,"sentences":[{"text":null,"citations":[]}]}"#, "sentences.0.text"),
      (String(repeating: "[", count: 60_000), "not JSON"),
      (String(repeating: " ", count: 70_000), "at most 65536"),
    ])
  func invalid(content: String, why: String) throws {
    let error = #expect(throws: InvalidReply.self) { try ModelReply(parsing: content) }
    let explanation = try #require(error?.why)
    #expect(explanation.contains(why) && explanation.count <= 200, "\(explanation)")
    let evidence = Evidence(try Samples.search([Samples.sheet]))
    let verification = Verifier().verify(content: content, against: evidence)
    #expect(verification.verdict == .noAnswer(.invalidReply))
  }

  @Test("A model that declines gives no answer, whatever it adds")
  func declined() throws {
    let evidence = Evidence(try Samples.search([Samples.sheet]))
    let content = Self.json.replacing("true", with: "false")
    let verification = Verifier().verify(content: content, against: evidence)
    #expect(verification.verdict == .noAnswer(.notInVideos))
    let empty = Verifier().verify(
      content: #"{"answerable":true,"sentences":[]}"#, against: evidence)
    #expect(empty.verdict == .noAnswer(.notSupported))
  }
}
