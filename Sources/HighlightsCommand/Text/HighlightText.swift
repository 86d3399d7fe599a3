import Foundation
import GatewaySimulator
import HighlightsProtocol

/// A highlight as a person reads it in a terminal.
struct HighlightText {
  let highlight: Highlight

  var lines: [String] {
    var lines = ["\u{201C}\(Self.plain(highlight.queryText))\u{201D}  \(highlight.locale)"]
    switch highlight.status {
    case .answered:
      for sentence in highlight.sentences {
        lines.append("  \(Self.plain(sentence.text))")
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
      "    \(Self.time(video.durationMs))  \(Self.plain(video.title))  @\(Self.plain(video.creator))"
    }
    return lines
  }

  /// Where a citation stands: `@creator 0:42`.
  private func place(_ citation: Citation) -> String {
    let video = highlight.videos.first { $0.id == citation.videoID }
    let creator = video.map { "@\(Self.plain($0.creator))" } ?? citation.videoID
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

  /// Without what a terminal would obey: control and format characters.
  static func plain(_ text: String) -> String {
    String(
      String.UnicodeScalarView(
        text.unicodeScalars.map { scalar in
          switch scalar.properties.generalCategory {
          case .control, .lineSeparator, .paragraphSeparator: " "
          default: scalar
          }
        }))
  }
}
