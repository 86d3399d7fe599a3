/// What lies need of text: words, and whether something stands in it.
enum LieText {
  /// Whether `part` stands in `text`, whatever the case, accents, width and white space.
  static func holds(_ text: String, _ part: String) -> Bool { plain(text).contains(plain(part)) }

  /// The text without what does not count: case, accents, width and the kind of white space.
  static func plain(_ text: String) -> String {
    TermReader.fold(text).split(whereSeparator: \.isWhitespace).joined(separator: " ")
  }

  /// The terms of a text in order: equal for texts that say the same in the same words.
  static func terms(of text: String) -> [String] {
    var terms: [String] = []
    TermReader.forEachTerm(in: text) { terms.append($0) }
    return terms
  }

  /// The terms that carry a meaning.
  static func contentTerms(of text: String) -> Set<String> {
    Set(terms(of: text)).subtracting(StopWords.words)
  }

  /// The words in lower case, as they stand and in the singular.
  static func words(in text: String) -> Set<String> {
    let words = text.lowercased().split { !$0.isLetter && !$0.isNumber }.map(String.init)
    return Set(words).union(words.map(TermReader.stem))
  }

  /// The text with its first word that `replacement` has another for; nil if it has none.
  static func replacingWord(in text: String, _ replacement: (String) -> String?) -> String? {
    for word in text.split(whereSeparator: { !$0.isLetter }) {
      if let other = replacement(String(word)) {
        return text[..<word.startIndex] + other + text[word.endIndex...]
      }
    }
    return nil
  }

  /// The text with words put before its full stop, or at its end.
  static func appending(_ words: String, to text: String) -> String {
    let end = text.lastIndex { !".!?。".contains($0) && !$0.isWhitespace }
    guard let end else { return "\(text) \(words)" }
    return "\(text[...end]) \(words)."
  }

  static func capitalized(_ word: String) -> String {
    word.prefix(1).uppercased() + word.dropFirst()
  }

  /// The text with a small first letter, unless it begins with an abbreviation.
  static func uncapitalized(_ text: String) -> String {
    guard let first = text.first, text.dropFirst().first?.isLowercase == true else { return text }
    return first.lowercased() + text.dropFirst()
  }
}

extension Character {
  var isASCIIDigit: Bool { ("0"..."9").contains(self) }
}

extension [String] {
  /// Each word with another of the list that is not it.
  func randomlyPaired(_ random: inout UnitRandom) -> [String: String] {
    let shift = 1 + random.below(count - 1)
    return Dictionary(
      uniqueKeysWithValues: enumerated().map { ($0.element, self[($0.offset + shift) % count]) })
  }
}
