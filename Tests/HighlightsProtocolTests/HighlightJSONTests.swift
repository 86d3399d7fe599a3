import Foundation
import SwiftProtobuf
import TestSupport
import Testing

@testable import HighlightsProtocol

@Suite("A highlight as JSON")
struct HighlightJSONTests {
  private static let whole = Highlight.with {
    $0.key = "0123456789abcdef0123456789abcdef"
    $0.queryText = "¿cómo doblar una sábana \"ajustable\"?\n\u{1}"
    $0.locale = "es"
    $0.status = .answered
    $0.reason = "none"
    $0.sentences = (0..<2).map { place in
      .with {
        $0.text = "Dobla \(place) 🧺\\"
        $0.kind = place == 0 ? .grounded : .general
        $0.citations = (0..<place + 1).map { citation in
          .with {
            $0.videoID = "v\(citation)"
            $0.segmentIndex = UInt32(citation)
            $0.startMs = 1
            $0.endMs = 2_000
            $0.quote = "una esquina"
          }
        }
      }
    }
    $0.videos = [
      .with { $0.id = "v7" },
      .with {
        $0.title = "sábanas\t"
        $0.durationMs = 61_000
      },
    ]
    $0.sourceFingerprint = "f"
    $0.provenance = .with {
      $0.provider = "a"
      $0.modelRequested = "b"
      $0.modelServed = "c"
      $0.responseID = "d"
      $0.promptVersion = "e"
      $0.pipelineVersion = "f"
      $0.usageTerms = "g"
    }
    $0.usage = .with {
      $0.inputTokens = 1
      $0.outputTokens = 20
      $0.wastedTokens = 300
      $0.attempts = .max
      $0.costMicros = .max
      $0.currency = "USD"
    }
    $0.generatedAt = UnixTime(milliseconds: 1_795_822_212_345).timestamp
    $0.freshUntil = UnixTime(milliseconds: 1_795_822_212_000).timestamp
    $0.expiresAt = UnixTime.latest.timestamp
    $0.generationMs = 1_234
    $0.label = "AI"
    $0.flaggedSegments = 3
    $0.withdrawalEpoch = 2
    $0.actor = "someone"
  }

  @Test("every field is written as the generated code writes it, without a message in between")
  func whole() throws {
    let payload: [UInt8] = try Self.whole.serializedBytes()
    let transcoded = payload.withUnsafeBytes { HighlightTranscoder.transcode($0) }
    #expect(try transcoded == HighlightJSON(Self.whole))
    // None of the fields that could be left out by mistake has its default value.
    let written = try #require(
      JSONSerialization.jsonObject(with: Data(transcoded?.json ?? [])) as? [String: Any])
    #expect(written.count == Self.fieldCount - 1, "all but the map")
  }

  /// How many fields the message has: those that the generated code does not keep as unknown.
  private static var fieldCount: Int {
    (1...100).count { number in
      [tag(number, 0) + [0], tag(number, 2) + [0]].contains { field in
        (try? Highlight(serializedBytes: field))?.unknownFields.data.isEmpty == true
      }
    }
  }

  @Test(
    "what is written in an unusual way is left to the generated code",
    arguments: [
      [0x52, 0x00, 0x0A, 0x01, 0x61],  // usage before key
      [0x0A, 0x01, 0x61, 0x0A, 0x01, 0x62],  // two keys, of which the last counts
      [0x82, 0x01, 0x02, 0x10, 0x01],  // the map
      [0x0A, 0x02, 0xC2, 0x85],  // a control character that is escaped
      [0x20, 0x09],  // a status of a later schema
      [0x5A, 0x02, 0x10, 0x01],  // a nanosecond
    ] as [[UInt8]])
  func unusual(payload: [UInt8]) throws {
    #expect(payload.withUnsafeBytes { HighlightTranscoder.transcode($0) } == nil)
    let message = try Highlight(serializedBytes: payload)
    #expect(try HighlightJSON(payload: payload) == HighlightJSON(message))
  }

  @Test("of random messages it is what the generated code makes of them", arguments: 0..<8)
  func random(round: Int) throws {
    var random = SeededGenerator(seed: SeededGenerator.seed &+ UInt64(round))
    var (readable, transcoded) = (0, 0)
    for _ in 0..<25_000 {
      let raw = Self.message(&random, depth: 0)
      guard let message = try? Highlight(serializedBytes: raw) else {
        #expect(throws: MessageError.self) { try HighlightJSON(payload: raw) }
        continue
      }
      readable += 1
      let usual: [UInt8] = try message.serializedBytes()
      for payload in [raw, usual] {
        let direct = payload.withUnsafeBytes { HighlightTranscoder.transcode($0) }
        if direct != nil { transcoded += 1 }
        let encoded = try? HighlightJSON(message)
        #expect(direct == nil || direct == encoded, "\(payload)")
      }
    }
    #expect(readable > 2_000)
    #expect(transcoded > 1_000)
  }

  /// Fields of random numbers, kinds and values, mostly in order, as deep as ours nest.
  private static func message(_ random: inout SeededGenerator, depth: Int) -> [UInt8] {
    var bytes: [UInt8] = []
    var number = 0
    while random.below(8) != 0 {
      number = random.below(30) == 0 ? 1 + random.below(25) : number + random.below(4)
      guard (1...25).contains(number) else { continue }
      let isNested = depth < 3 && random.below(2) == 0
      switch random.below(12) {
      case 0: bytes += tag(number, 1) + (0..<8).map { _ in UInt8(random.below(256)) }
      case 1: bytes += tag(number, 5) + (0..<4).map { _ in UInt8(random.below(256)) }
      case 2...5: bytes += tag(number, 0) + varint(value(&random))
      default:
        let content = isNested ? message(&random, depth: depth + 1) : text(&random)
        bytes += tag(number, 2) + varint(UInt64(content.count)) + content
      }
    }
    return bytes
  }

  private static func value(_ random: inout SeededGenerator) -> UInt64 {
    random.below(10) == 0 ? random.next() : UInt64(random.below(5))
  }

  private static func text(_ random: inout SeededGenerator) -> [UInt8] {
    let pieces = ["a", "\"", "\\", "\n", "\u{8}", "\u{1F}", "\u{7F}", "\u{80}", "é", "語", "🧺"]
    let whole = (0..<random.below(6)).flatMap { _ in Array(pieces[random.below(pieces.count)].utf8)
    }
    return random.below(40) == 0 ? Array(whole.dropLast()) : whole
  }

  private static func tag(_ number: Int, _ kind: Int) -> [UInt8] {
    varint(UInt64(number << 3 | kind))
  }

  private static func varint(_ value: UInt64) -> [UInt8] {
    var (bytes, rest): ([UInt8], UInt64) = ([], value)
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    return bytes + [UInt8(rest)]
  }
}
