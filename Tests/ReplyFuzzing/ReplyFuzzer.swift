import Foundation
import Highlights
import HighlightsProtocol
import TestSupport

/// Replies nobody should send, through everything that reads them.
///
/// Each begins as a valid reply whose sentences are verbatim or invented and is then spoilt: bytes
/// changed, cut out, doubled and put in; or it is random bytes, deep nesting, huge numbers, lone
/// surrogates. What is published of it is compared with the transcript once more, in plain code.
public enum ReplyFuzzer {
  public struct Tally: Sendable, CustomStringConvertible {
    public var replies = 0
    /// That could be read.
    public var read = 0
    /// Sentences.
    public var published = 0
    /// Whose quotes do not stand in their segment.
    public var falselyPublished = 0

    public var description: String {
      "\(replies) replies, \(read) read, \(published) sentences published, "
        + "\(falselyPublished) falsely"
    }
  }

  private static let texts = [
    "Tuck one corner into the other.", "Lay it flat for 1,500 ms and smooth it.",
    "Don't iron it at 200 °C!", "シーツを半分に折ります。", "Çırpın ve katlayın \u{1F9FA}", "พับผ้าปูที่นอน",
  ]

  public static func run(_ replies: Int, seed: UInt64) throws -> Tally {
    var random = SeededGenerator(seed: seed)
    let search = try search()
    let evidence = Evidence(search)
    let labels = evidence.videos.flatMap { $0.segments.map(\.label) }
    let general = GeneralVerifier()
    let verifier = Verifier()
    let tags = try [LanguageTag("en"), LanguageTag("ja"), LanguageTag("und")]
    var tally = Tally()
    for _ in 0..<replies {
      let bytes = reply(labels, &random)
      let content = String(decoding: bytes, as: UTF8.self)
      let tag = tags[Int(random.next() % UInt64(tags.count))]
      tally.replies += 1
      _ = general.verify(content: content, locale: tag)
      guard let parsed = try? ModelReply(parsing: content) else { continue }
      tally.read += 1
      let verdict = verifier.verify(parsed, against: evidence, locale: tag).verdict
      guard case .answered(let sentences) = verdict else { continue }
      tally.published += sentences.count
      tally.falselyPublished += sentences.count { !holds($0, in: search) }
    }
    return tally
  }

  private static func holds(_ sentence: VerifiedSentence, in search: Search) -> Bool {
    !sentence.citations.isEmpty
      && sentence.citations.allSatisfy { citation in
        let video = search.videos.first { $0.id == citation.segment.videoID }
        let text = video?.segments[citation.segment.index].text ?? ""
        return Array(text.utf8).firstRange(of: Array(citation.quote.utf8)) != nil
      }
  }

  private static func search() throws -> Search {
    var query = SearchQuery()
    query.text = "how to fold a fitted sheet"
    for (number, texts) in [texts, Array(texts.reversed())].enumerated() {
      var video = Video()
      video.id = "v\(number)"
      video.title = "Fold a fitted sheet"
      for (index, text) in texts.enumerated() {
        var segment = Segment()
        segment.startMs = UInt32(index)
        segment.endMs = UInt32(index + 1)
        segment.text = text
        video.segments.append(segment)
      }
      query.videos.append(video)
    }
    return try Search(query, fallbackID: "f")
  }

  // MARK: Replies

  private static func reply(_ labels: [String], _ random: inout SeededGenerator) -> [UInt8] {
    switch random.next() % 16 {
    case 0:
      return (0..<Int(random.next() % 200)).map { _ in UInt8(truncatingIfNeeded: random.next()) }
    case 1: return nested(&random)
    case 2: return Array(oddities[Int(random.next() % UInt64(oddities.count))].utf8)
    case 3, 4, 5: return Array(valid(labels, &random).utf8)
    default:
      var bytes = Array(valid(labels, &random).utf8)
      for _ in 0...(random.next() % 4) { mutate(&bytes, &random) }
      return bytes
    }
  }

  private static func valid(_ labels: [String], _ random: inout SeededGenerator) -> String {
    let sentences = (0..<Int(random.next() % 6)).map { _ -> String in
      let text = texts[Int(random.next() % UInt64(texts.count))]
      let words = text.split(separator: " ")
      let quote = words.prefix(1 + Int(random.next() % UInt64(words.count))).joined(separator: " ")
      let label = labels[Int(random.next() % UInt64(labels.count))]
      let said = random.next() % 4 == 0 ? "Boil it for 7 hours, says Bob." : text
      return
        #"{"text":\#(json(said)),"citations":[{"segment":"\#(label)","quote":\#(json(quote))}]}"#
    }
    let answerable = random.next() % 8 == 0 ? "false" : "true"
    return #"{"answerable":\#(answerable),"sentences":[\#(sentences.joined(separator: ","))]}"#
  }

  private static func mutate(_ bytes: inout [UInt8], _ random: inout SeededGenerator) {
    guard !bytes.isEmpty else { return }
    let place = Int(random.next() % UInt64(bytes.count))
    let length = min(bytes.count - place, 1 + Int(random.next() % 12))
    switch random.next() % 5 {
    case 0: bytes[place] = UInt8(truncatingIfNeeded: random.next())
    case 1: bytes.removeSubrange(place..<(place + length))
    case 2: bytes.insert(contentsOf: bytes[place..<(place + length)], at: place)
    case 3:
      bytes.insert(contentsOf: tokens[Int(random.next() % UInt64(tokens.count))].utf8, at: place)
    default: bytes.swapAt(place, Int(random.next() % UInt64(bytes.count)))
    }
  }

  private static func nested(_ random: inout SeededGenerator) -> [UInt8] {
    let depth = Int(random.next() % 3_000)
    let open = random.next() % 2 == 0 ? "[" : #"{"a":"#
    return Array((String(repeating: open, count: depth) + "1").utf8)
  }

  private static let tokens = [
    #""\ud800""#, #"\ud83d"#, #"\u0000"#, "1e999999", "-0", "null", "true", "{}", "[]", "\u{202E}",
    "v9#9", "v1#99999999999999999999", "\"", "\\", ",", ":", "<b>", "https://x.y", "\u{FEFF}",
    "\u{E0041}", "é\u{301}\u{301}", "½", "①", "\n",
  ]

  private static let oddities = [
    "", "null", "0", "\"\"", "[]", "{}", "{\"answerable\":1e400,\"sentences\":[]}",
    #"{"answerable":true,"sentences":[{"text":"\ud800","citations":[{"segment":"v1#0","quote":"\udfff"}]}]}"#,
    #"{"answerable":true,"sentences":null}"#,
    #"{"answerable":true,"answerable":false,"sentences":[]}"#,
    #"{"answerable":true,"sentences":[[[[]]]]}"#, "```json\n```", "``````", "\u{FEFF}{}",
    #"{"answerable":true,"sentences":[{"text":"x","citations":[{"segment":"v1#18446744073709551616","quote":"x"}]}]}"#,
  ]

  private static func json(_ text: String) -> String {
    String(decoding: (try? JSONEncoder().encode(text)) ?? Data(), as: UTF8.self)
  }
}
