/// Writes false sentences about one prompt, each false by construction.
struct LieWriter {
  typealias Sentence = ExtractiveAnswer.Sentence
  typealias Citation = ExtractiveAnswer.Citation

  let prompt: ExtractivePrompt
  let honest: ExtractiveModel
  /// Sentences that a lie must not repeat.
  let truths: [Sentence]
  /// True sentences to put something false into: ``truths``, else the best or first segments.
  let carriers: [Sentence]
  /// Segments whose text is in none of the ``truths``.
  let others: [ExtractivePrompt.Segment]
  /// The text of each segment by its label.
  let texts: [String: String]
  var random: UnitRandom

  init(
    _ prompt: ExtractivePrompt, _ honest: ExtractiveModel, truths: [Sentence], _ random: UnitRandom
  ) {
    self.prompt = prompt
    self.honest = honest
    self.truths = truths
    // A sequence of its own: what one kind draws must not decide which kinds are tried.
    self.random = random
    _ = self.random.next()
    let segments = prompt.videos.flatMap(\.segments).filter { $0.text.contains(where: \.isLetter) }
    texts = Dictionary(segments.map { ($0.label, $0.text) }) { first, _ in first }
    let told = Set(truths.map(\.text))
    others = segments.filter { !told.contains(honest.sentence(from: $0).text) }
    var lenient = honest
    lenient.minimumCoverage = 0
    let best = truths.isEmpty ? lenient.answer(to: prompt).sentences : truths
    carriers = best.isEmpty ? segments.prefix(3).map(honest.sentence(from:)) : best
  }

  /// A lie of this kind; nil where the prompt gives no ground for one.
  mutating func sentence(_ kind: Lie) -> Sentence? {
    guard let sentence = draft(kind), !isTold(sentence.text), !isSupported(sentence) else {
      return nil
    }
    return sentence
  }

  private mutating func draft(_ kind: Lie) -> Sentence? {
    switch kind {
    case .inventedQuote: inventedQuote()
    case .unknownSegment: unknownSegment()
    case .wrongSegment: wrongSegment()
    case .wrongNumber: wrongNumber()
    case .wrongUnit: changed(LieTables.units.randomlyPaired(&random))
    case .wrongDate: wrongDate()
    case .wrongNumberWord: wrongNumberWord()
    case .addedPrice: added(LieTables.prices)
    case .addedName: added(LieTables.names)
    case .negated: negated()
    case .offTopic: offTopic()
    case .otherLanguage: otherLanguage()
    case .link: added(LieTables.links)
    case .handle: added(LieTables.handles)
    case .markup: wrapped()
    case .noCitations: bare().map { Sentence(text: $0.text, citations: []) }
    case .oneInvented: oneInvented()
    case .overlong: overlong()
    }
  }

  // MARK: What is true

  /// Whether the text is that of a true sentence: it would be counted as one.
  private func isTold(_ text: String) -> Bool {
    truths.contains { LieText.plain($0.text) == LieText.plain(text) }
  }

  /// Whether the citations hold and the text stands in a cited segment: then it would be no lie.
  private func isSupported(_ sentence: Sentence) -> Bool {
    let holds = sentence.citations.allSatisfy { citation in
      texts[citation.segment].map { LieText.holds($0, citation.quote) } ?? false
    }
    return holds
      && sentence.citations.contains { LieText.holds(texts[$0.segment] ?? "", sentence.text) }
  }

  /// The text of the segment that a sentence cites first.
  func source(of sentence: Sentence) -> String { texts[sentence.citations[0].segment] ?? "" }

  // MARK: Ground to lie on

  /// A true sentence to put something false into.
  mutating func carrier() -> Sentence? {
    carriers.isEmpty ? nil : carriers[random.below(carriers.count)]
  }

  /// A sentence with its true citation that the truths do not have: another segment, or the first
  /// words of a true sentence.
  mutating func spare() -> Sentence? {
    if !others.isEmpty { return honest.sentence(from: others[random.below(others.count)]) }
    guard let carrier = carrier() else { return nil }
    let words = carrier.text.split(whereSeparator: \.isWhitespace)
    guard words.count > 1 else { return nil }
    let end = words[(words.count - 1) / 2].endIndex
    let half = String(carrier.text[words[0].startIndex..<end])
    return Sentence(
      text: half, citations: [.init(segment: carrier.citations[0].segment, quote: half)])
  }

  /// As ``spare()``, or something off topic where the prompt has no segments at all.
  mutating func bare() -> Sentence? {
    if let spare = spare() { return spare }
    return Sentence(text: LieTables.offTopic[random.below(LieTables.offTopic.count)], citations: [])
  }

  /// True sentences for kinds that few can be turned into: the carriers, then all others from a
  /// random place on.
  mutating func grounds() -> [Sentence] {
    let start = others.isEmpty ? 0 : random.below(others.count)
    let rest = others[start...] + others[..<start]
    return random.shuffled(carriers) + rest.map(honest.sentence(from:))
  }

  /// A label of no segment.
  mutating func unknownLabel() -> String {
    let video = 1 + random.below(max(1, prompt.videos.count))
    let candidates = [
      "v\(video)#\(900 + random.below(100))", "v\(prompt.videos.count + 1)#0",
      "v\(prompt.videos.count + 2 + random.below(20))#\(random.below(9))",
    ]
    let start = random.below(candidates.count)
    return (candidates[start...] + candidates[..<start]).first { texts[$0] == nil } ?? "v0#0"
  }
}
