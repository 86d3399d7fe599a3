import Foundation
import GatewaySimulator
import HighlightsProtocol

/// A highlight as a person reads it in a terminal.
struct HighlightText {
  let highlight: Highlight

  /// Lines that a terminal only shows: whatever they are made of, nothing in them is obeyed.
  var lines: [String] { rawLines.map(Self.plain) }

  private var rawLines: [String] {
    var lines = ["\u{201C}\(highlight.queryText)\u{201D}  \(highlight.locale)"]
    switch highlight.status {
    case .answered:
      for sentence in highlight.sentences {
        lines.append("  \(sentence.text)")
        lines += sentence.citations.map { "    ↳ \(place($0))" }
      }
      lines.append("  \(label)")
    case .noAnswer: lines.append("  No answer from these videos: \(highlight.reason)\(dropped)")
    case .filtered: lines.append("  Refused by the provider's filter: \(highlight.reason)")
    case .withdrawn: lines.append("  Withdrawn: \(highlight.reason)")
    case .unspecified, .UNRECOGNIZED: lines.append("  Unknown status \(highlight.status.rawValue)")
    }
    if !highlight.videos.isEmpty { lines.append("  Videos:") }
    lines += highlight.videos.map { video in
      "    \(Self.time(video.durationMs))  \(video.title)  @\(video.creator)"
    }
    return lines
  }

  /// Where a citation stands: `@creator 0:42`.
  private func place(_ citation: Citation) -> String {
    let video = highlight.videos.first { $0.id == citation.videoID }
    let creator = video.map { "@\($0.creator)" } ?? citation.videoID
    return "\(creator) \(Self.time(citation.startMs))"
  }

  private var label: String {
    let isSimulated = highlight.provenance.modelServed == ExtractiveModel.name
    let author = isSimulated ? ExtractiveModel.label : highlight.provenance.modelServed
    return "[\(highlight.label) · \(author)]"
  }

  private var dropped: String {
    let reasons = highlight.droppedSentences.sorted { $0.key < $1.key }
      .map { "\($0.key) \($0.value)" }
    return reasons.isEmpty ? "" : " (dropped: \(reasons.joined(separator: ", ")))"
  }

  static func time(_ milliseconds: UInt32) -> String {
    let seconds = milliseconds / 1_000
    return "\(seconds / 60):" + (seconds % 60 < 10 ? "0" : "") + "\(seconds % 60)"
  }

  /// Without what a terminal would obey: control characters, and those that turn the direction of
  /// what stands around them. Other format characters, such as the joiners of emoji, are kept.
  static func plain(_ text: String) -> String {
    String(
      String.UnicodeScalarView(
        text.unicodeScalars.map { scalar in
          switch scalar.properties.generalCategory {
          case .control, .lineSeparator, .paragraphSeparator: " "
          case .format where Self.directions.contains(scalar): " "
          default: scalar
          }
        }))
  }

  /// Embeddings, overrides and isolates of Unicode's bidirectional algorithm (UAX #9, 2.1 to 2.5).
  private static let directions: Set<Unicode.Scalar> = [
    "\u{202A}", "\u{202B}", "\u{202C}", "\u{202D}", "\u{202E}",
    "\u{2066}", "\u{2067}", "\u{2068}", "\u{2069}",
  ]
}
