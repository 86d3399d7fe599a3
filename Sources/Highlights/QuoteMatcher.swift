/// Finds where a quote stands in a text, and gives back the text's own characters.
///
/// Both are compared character by character after NFKC, with each run of white space and control
/// characters as one space; letter case counts. A match begins and ends between characters, so
/// what is given back is an exact stretch of the text, found there by any other program too.
final class QuoteMatcher {
  private let text: String
  /// Made once, for the first quote that is not found as it is.
  private lazy var folded = Folded(text)

  init(_ text: String) { self.text = text }

  struct Match {
    /// An exact stretch of the text.
    let quote: String
    /// The same with the words of its clause before it, up to four: what may turn it round.
    let context: String
  }

  /// The first stretch of the text that reads like the quote; nil when there is none.
  func match(_ quote: String) -> Match? {
    let quote = TextFolding.spaceCollapsed(quote)
    if let match = plainMatch(quote) { return match }
    let wanted = Folded(quote).scalars
    guard !wanted.isEmpty, wanted.count <= folded.scalars.count else { return nil }
    for start in 0...(folded.scalars.count - wanted.count) {
      let end = start + wanted.count
      guard folded.scalars[start] == wanted[0], folded.isBoundary(start), folded.isBoundary(end),
        folded.scalars[start..<end].elementsEqual(wanted)
      else { continue }
      return match(at: folded.sources[start].lowerBound..<folded.sources[end - 1].upperBound)
    }
    return nil
  }

  private func match(at range: Range<String.Index>) -> Match {
    Match(
      quote: String(text[range]),
      context: String(text[contextStart(range.lowerBound)..<range.upperBound]))
  }

  /// Nearly every quote is ASCII and stands there byte for byte; each byte but those of a line break
  /// is a character then.
  private func plainMatch(_ quote: String) -> Match? {
    guard !quote.isEmpty else { return nil }
    let wanted = Array(quote.utf8)
    let bytes = Array(text.utf8)
    guard wanted.count <= bytes.count, wanted.allSatisfy({ $0 < 0x80 }),
      bytes.allSatisfy({ $0 < 0x80 && $0 != 0x0D })
    else { return nil }
    for start in 0...(bytes.count - wanted.count)
    where bytes[start] == wanted[0]
      && bytes[start..<(start + wanted.count)].elementsEqual(wanted)
    {
      let lower = text.utf8.index(text.startIndex, offsetBy: start)
      return match(at: lower..<text.utf8.index(lower, offsetBy: wanted.count))
    }
    return nil
  }

  private func contextStart(_ start: String.Index) -> String.Index {
    var index = start
    var words = 0
    while index > text.startIndex {
      let previous = text.index(before: index)
      if ".!?;:,。！？、，".contains(text[previous]) { break }
      if text[previous].isWhitespace {
        // The space right before the quote begins no word.
        if index != start { words += 1 }
        if words == 4 { break }
      }
      index = previous
    }
    return index
  }

  private struct Folded {
    var scalars: [Unicode.Scalar] = []
    /// For each scalar the characters of the text it comes from.
    var sources: [Range<String.Index>] = []

    init(_ text: String) {
      var index = text.startIndex
      while index < text.endIndex {
        let next = text.index(after: index)
        let character = text[index..<next]
        if character.unicodeScalars.allSatisfy(TextFolding.isSpace) {
          appendSpace(index..<next)
        } else {
          for scalar in TextFolding.compatibilityComposed(String(character)).unicodeScalars {
            scalars.append(scalar)
            sources.append(index..<next)
          }
        }
        index = next
      }
    }

    func isBoundary(_ position: Int) -> Bool {
      position == 0 || position == scalars.count || sources[position - 1] != sources[position]
    }

    private mutating func appendSpace(_ source: Range<String.Index>) {
      if scalars.last == " ", let last = sources.last, last.upperBound == source.lowerBound {
        sources[sources.count - 1] = last.lowerBound..<source.upperBound
      } else {
        scalars.append(" ")
        sources.append(source)
      }
    }
  }
}
