// Lies about what is said, under a citation that is true.
extension LieWriter {
  mutating func wrongNumber() -> Sentence? {
    let start = 13 + random.below(70)
    for sentence in grounds() {
      let changed = Self.changedNumber(in: sentence, source(of: sentence), from: start)
      if let changed { return changed }
    }
    return added(LieTables.amounts)
  }

  /// The sentence with its first number replaced by the first from `start` on that stands nowhere in
  /// the segment, not even inside another number.
  private static func changedNumber(
    in sentence: Sentence, _ source: String, from start: Int
  ) -> Sentence? {
    let text = sentence.text
    guard let first = text.firstIndex(where: \.isASCIIDigit) else { return nil }
    let end = text[first...].firstIndex { !$0.isASCIIDigit } ?? text.endIndex
    guard let number = (start..<(start + 900)).first(where: { !source.contains(String($0)) }) else {
      return nil
    }
    return Sentence(
      text: text[..<first] + String(number) + text[end...], citations: sentence.citations)
  }

  mutating func wrongDate() -> Sentence? {
    let months = LieTables.months.randomlyPaired(&random)
    return changed(months, isCapitalized: true) ?? added(LieTables.dates)
  }

  mutating func wrongNumberWord() -> Sentence? {
    let words = LieTables.numberWords
    let digits = Dictionary(uniqueKeysWithValues: zip(words, 2...))
    return changed(words.randomlyPaired(&random)) { word, source in
      digits[word].map { !source.contains(String($0)) } ?? true
    }
  }

  /// A sentence in which a word is replaced by the one paired with it.
  ///
  /// - Parameters:
  ///   - pairs: words in lower case, none paired with itself.
  ///   - isCapitalized: whether only capitalised words count, such as names of months.
  ///   - isFalse: a further condition for a word to be false of a segment.
  mutating func changed(
    _ pairs: [String: String], isCapitalized: Bool = false,
    where isFalse: (_ word: String, _ source: String) -> Bool = { _, _ in true }
  ) -> Sentence? {
    for sentence in grounds() {
      let source = source(of: sentence)
      let known = LieText.words(in: source)
      let changed = LieText.replacingWord(in: sentence.text) { word in
        guard !isCapitalized || word.first?.isUppercase == true,
          let other = pairs[word.lowercased()], !known.contains(other),
          !known.contains(TermReader.stem(other)), isFalse(other, source)
        else { return nil }
        return word.first?.isUppercase == true ? LieText.capitalized(other) : other
      }
      if let changed { return Sentence(text: changed, citations: sentence.citations) }
    }
    return nil
  }

  /// A true sentence with one of `extras` at its end that its segment does not have.
  mutating func added(_ extras: [LieTables.Extra]) -> Sentence? {
    guard let carrier = carrier() else { return nil }
    let source = source(of: carrier)
    let possible = extras.filter { !LieText.holds(source, $0.mark) }
    guard !possible.isEmpty else { return nil }
    let extra = possible[random.below(possible.count)]
    return Sentence(
      text: LieText.appending(extra.text, to: carrier.text), citations: carrier.citations)
  }

  /// Only of a sentence without any negation, which a second one might make true again.
  mutating func negated() -> Sentence? {
    for sentence in grounds() {
      let words = LieText.words(in: sentence.text)
      guard words.isDisjoint(with: LieTables.negations), !LieText.holds(sentence.text, "n't") else {
        continue
      }
      let changed =
        LieText.replacingWord(in: sentence.text) { word in
          LieTables.auxiliaries.contains(word.lowercased()) ? "\(word) not" : nil
        } ?? "Do not \(LieText.uncapitalized(sentence.text))"
      return Sentence(text: changed, citations: sentence.citations)
    }
    return nil
  }

  mutating func offTopic() -> Sentence? {
    guard let carrier = carrier() else { return nil }
    let topic = LieText.contentTerms(of: source(of: carrier))
    let possible = LieTables.offTopic.filter {
      LieText.contentTerms(of: $0).isDisjoint(with: topic)
    }
    guard !possible.isEmpty else { return nil }
    return Sentence(
      text: possible[random.below(possible.count)], citations: carrier.citations)
  }

  mutating func otherLanguage() -> Sentence? {
    guard let carrier = carrier() else { return nil }
    let own = prompt.locale.split { $0 == "-" || $0 == "_" }.first?.lowercased()
    let source = source(of: carrier)
    let possible = LieTables.otherLanguages.filter {
      $0.language != own && !LieText.holds(source, $0.text)
    }
    guard !possible.isEmpty else { return nil }
    return Sentence(
      text: possible[random.below(possible.count)].text, citations: carrier.citations)
  }

  mutating func wrapped() -> Sentence? {
    guard let carrier = carrier() else { return nil }
    let (before, after) = LieTables.markup[random.below(LieTables.markup.count)]
    return Sentence(text: before + carrier.text + after, citations: carrier.citations)
  }

  /// Longer than its segment in any case, so that it cannot stand in it.
  mutating func overlong() -> Sentence? {
    guard let carrier = carrier() else { return nil }
    let length = max(1_500, source(of: carrier).count)
    let times = length / (carrier.text.count + 10) + 2
    return Sentence(
      text: Array(repeating: carrier.text, count: times).joined(separator: " and then "),
      citations: carrier.citations)
  }
}
