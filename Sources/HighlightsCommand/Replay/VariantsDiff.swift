import ArgumentParser
import Control
import Foundation
import HighlightsProtocol
import Replay

/// `highlights variants diff`: what one variant says other than another.
struct VariantsDiff: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "diff",
    abstract: "Shows what two variants say differently of the keys that both have.",
    discussion:
      "It reads the topics of both as they are now. The live variant goes by the name live.")

  @Argument(help: "A variant that is declared, default or live.")
  var first: String

  @Argument(help: "Another one.")
  var second: String

  @Option(help: "Samples of each kind of change, 0 to 100.")
  var samples = 3

  @Flag(help: "Print one JSON object.")
  var json = false

  @OptionGroup var common: CommonOptions

  func validate() throws {
    guard (0...100).contains(samples) else {
      throw ValidationError("--samples \(samples): allowed: 0 to 100")
    }
  }

  func run() async throws {
    let settings = try common.settings()
    let catalog = try settings.variantCatalog()
    let client = try settings.kafka.client()
    var names: [String] = []
    for name in [first, second] {
      guard name != "live" else {
        let state = try await ControlReader.state(
          client: client, topic: settings.kafka.topics.control)
        names.append(state.liveVariant)
        continue
      }
      guard catalog.names.contains(VariantName.parsed(name)) else {
        throw ValidationError("\(name) is no variant; allowed: \(catalog.shownNames), live")
      }
      names.append(VariantName.parsed(name))
    }
    guard names[0] != names[1] else {
      throw ValidationError("\(first) and \(second) are both \(VariantName.shown(names[0]))")
    }
    let topics = names.map {
      VariantName.topic(of: $0, highlights: settings.kafka.topics.highlights)
    }
    let diff = try await VariantDiff.read(
      client: client, first: topics[0], second: topics[1], samples: samples)
    let report = VariantDiffReport(diff: diff, names: names.map(VariantName.shown))
    (json ? [try report.json()] : report.lines).forEach(Output.line)
  }
}

/// A comparison of two variants for people, as a table and samples, and for machines, as JSON.
struct VariantDiffReport {
  let diff: VariantDiff
  /// As people read them, the first and the second.
  let names: [String]

  var lines: [String] {
    let (first, second) = (diff.first, diff.second)
    let rows = [
      ["", names[0], names[1]], ["answered", "\(first.answered)", "\(second.answered)"],
      ["declined", "\(diff.both - first.answered)", "\(diff.both - second.answered)"],
      ["sentences", "\(first.sentences)", "\(second.sentences)"],
      ["citations", "\(first.citations)", "\(second.citations)"],
      ["cost", Self.money(first), Self.money(second)],
      ["in this one only", "\(diff.onlyFirst)", "\(diff.onlySecond)"],
    ]
    let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
    let table = rows.map { row in
      zip(row, widths).enumerated().map { column, cell in
        let gap = String(repeating: " ", count: cell.1 - cell.0.count)
        return column == 0 ? cell.0 + gap : gap + cell.0
      }.joined(separator: "  ")
    }
    let changes = VariantDiff.Change.allCases.compactMap { change in
      diff.counts[change].map { "\($0)  \(change.rawValue)" }
    }
    let head = ["keys in both: \(diff.both)"] + table + [""] + changes
    return head.map { HighlightText.plain($0) } + diff.samples.flatMap(sample)
  }

  private func sample(_ sample: VariantDiff.Sample) -> [String] {
    ["", sample.change.rawValue, "\(names[0]):"] + HighlightText(highlight: sample.first).lines
      + ["\(names[1]):"] + HighlightText(highlight: sample.second).lines
  }

  private static func money(_ side: VariantDiff.Side) -> String {
    guard !side.costMicros.isEmpty else { return "none known" }
    return side.costMicros.sorted { $0.key < $1.key }
      .map { "\(Quantity.text(micros: $0.value)) \($0.key)" }.joined(separator: " + ")
  }

  // MARK: JSON

  func json() throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    encoder.keyEncodingStrategy = .convertToSnakeCase
    let sides = zip(names, [(diff.first, diff.onlyFirst), (diff.second, diff.onlySecond)]).map {
      name, side in
      Side(
        variant: name, answered: side.0.answered, declined: diff.both - side.0.answered,
        sentences: side.0.sentences, citations: side.0.citations, costMicros: side.0.costMicros,
        only: side.1)
    }
    let object = Object(
      both: diff.both, sides: sides,
      changes: VariantDiff.Change.allCases.map {
        Count(change: $0.rawValue, keys: diff.counts[$0] ?? 0)
      },
      samples: diff.samples.map {
        Sample(
          change: $0.change.rawValue, key: $0.first.key, query: $0.first.queryText,
          first: $0.first.sentences.map(\.text), second: $0.second.sentences.map(\.text))
      })
    return String(decoding: try encoder.encode(object), as: UTF8.self)
  }

  private struct Object: Encodable {
    let both: Int
    let sides: [Side]
    let changes: [Count]
    let samples: [Sample]
  }

  private struct Side: Encodable {
    let variant: String
    let answered, declined, sentences, citations: Int
    let costMicros: [String: UInt64]
    let only: Int
  }

  private struct Count: Encodable {
    let change: String
    let keys: Int
  }

  private struct Sample: Encodable {
    let change, key, query: String
    let first, second: [String]
  }
}
