import Foundation

@testable import GatewaySimulator

/// Why a sentence of a liar is false, found out without the liar's own means.
struct LieProof {
  private let texts: [String: String]

  init(_ prompt: ExtractivePrompt) {
    texts = Dictionary(
      prompt.videos.flatMap(\.segments).map { ($0.label, Self.plain($0.text)) }
    ) { first, _ in first }
  }

  static func plain(_ text: String) -> String {
    text.precomposedStringWithCompatibilityMapping.lowercased()
      .split(whereSeparator: \.isWhitespace).joined(separator: " ")
  }

  /// Whether every quote stands in the segment that it is said to be from.
  func citationsHold(_ sentence: ExtractiveAnswer.Sentence) -> Bool {
    sentence.citations.allSatisfy { citationHolds($0) }
  }

  func citationHolds(_ citation: ExtractiveAnswer.Citation) -> Bool {
    texts[citation.segment]?.contains(Self.plain(citation.quote)) == true
  }

  /// What would have to be published for a sentence to be true: its words stand in a segment that
  /// it cites, and all of its citations hold.
  func isTrue(_ sentence: ExtractiveAnswer.Sentence) -> Bool {
    !sentence.citations.isEmpty && citationsHold(sentence)
      && sentence.citations.contains { texts[$0.segment]!.contains(Self.plain(sentence.text)) }
  }

  /// Whether the sentence is false in the way of its kind.
  func isFalse(_ sentence: ExtractiveAnswer.Sentence, as kind: Lie) -> Bool {
    let text = Self.plain(sentence.text)
    let source = sentence.citations.first.flatMap { texts[$0.segment] } ?? ""
    let quote = sentence.citations.first.map { Self.plain($0.quote) } ?? ""
    let added = Self.words(text).subtracting(Self.words(source))
    switch kind {
    case .inventedQuote:
      return texts[sentence.citations[0].segment] != nil && !citationsHold(sentence)
    case .unknownSegment: return sentence.citations.allSatisfy { texts[$0.segment] == nil }
    case .wrongSegment:
      return !source.isEmpty && !citationsHold(sentence)
        && texts.values.contains { $0.contains(quote) }
    case .noCitations: return sentence.citations.isEmpty
    case .oneInvented:
      return sentence.citations.count == 2 && citationHolds(sentence.citations[0])
        && !citationHolds(sentence.citations[1])
    case .wrongNumber, .addedPrice:
      let numbers = text.matches(of: /[0-9]+/).map { String($0.output) }
      return citationsHold(sentence) && numbers.contains { !source.contains($0) }
    case .wrongDate:
      return citationsHold(sentence) && !added.isDisjoint(with: Self.dates)
    case .wrongUnit: return citationsHold(sentence) && !added.isDisjoint(with: LieTables.units)
    case .wrongNumberWord:
      return citationsHold(sentence) && !added.isDisjoint(with: LieTables.numberWords)
    case .addedName: return citationsHold(sentence) && !added.isDisjoint(with: Self.names)
    case .negated:
      return citationsHold(sentence) && Self.words(text).contains("not")
        && Self.words(quote).isDisjoint(with: ["not", "no", "never", "without", "none", "cannot"])
    case .offTopic:
      return citationsHold(sentence)
        && Self.words(text).filter { $0.count > 4 }.isDisjoint(with: Self.words(source))
    case .otherLanguage:
      return citationsHold(sentence)
        && LieTables.otherLanguages.contains { Self.plain($0.text) == text }
    case .link:
      return citationsHold(sentence) && text.contains(/[a-z]\.(com|org|ly|xyz)/)
        && !source.contains(/[a-z]\.(com|org|ly|xyz)/)
    case .handle:
      return citationsHold(sentence) && text.contains(/[@#][a-z]/) && !source.contains(/[@#][a-z]/)
    case .markup:
      return citationsHold(sentence) && text != source
        && (text.hasPrefix("# ") || text.contains { "<>*`[".contains($0) })
    case .overlong:
      return citationsHold(sentence) && sentence.text.count >= 1_500
        && sentence.text.count > source.count
    }
  }

  private static func words(_ text: String) -> Set<String> {
    Set(text.split { !$0.isLetter }.map(String.init))
      .union(text.split { !$0.isNumber }.map(String.init))
  }

  private static let dates = Set(LieTables.months + ["1987", "1871", "31", "2041"])
  private static let names: Set<String> = ["miller", "whitcombe", "norvexa", "brightwell"]
}
