/// The checks of one sentence, in their order; remembers what it folded for the next sentence.
struct SentenceCheck {
  struct Drop: Error {
    let reason: DropReason
  }

  let verifier: Verifier
  let evidence: Evidence
  let locale: LanguageTag
  private let small: Set<Term>
  // Folding each segment once keeps a reply that cites one a thousand times cheap.
  private var cited: [String: CitedSegment] = [:]

  init(verifier: Verifier, evidence: Evidence, locale: LanguageTag) {
    self.verifier = verifier
    self.evidence = evidence
    self.locale = locale
    small = FunctionWords.terms(of: locale.language)
  }

  /// A segment as the checks need it.
  private struct CitedSegment {
    let segment: Evidence.Segment
    let matcher: QuoteMatcher
    let terms: Set<Term>
    let content: Set<Term>
  }

  mutating func verify(
    _ sentence: ModelReply.Sentence
  ) throws(Drop) -> VerifiedSentence {
    let text = sentence.text
    if TextFolding.isBlank(text) { throw Drop(reason: .emptySentence) }
    if sentence.citations.isEmpty { throw Drop(reason: .noCitation) }
    var segments: [CitedSegment] = []
    var citations: [VerifiedCitation] = []
    var contexts: [String] = []
    for citation in sentence.citations {
      let segment = try segment(citation.segment)
      guard let found = segment.matcher.match(citation.quote) else {
        throw Drop(reason: .quoteNotVerbatim)
      }
      let verified = VerifiedCitation(segment: segment.segment, quote: found.quote)
      guard !citations.contains(verified) else { continue }
      citations.append(verified)
      contexts.append(found.context)
      segments.append(segment)
    }
    try checkTopic(segments)
    let said = Quantities(text)
    try checkFacts(text, said, segments)
    try checkNegation(text, contexts)
    try checkWords(text, said, segments)
    if text.contains(where: { "?？؟".contains($0) }) { throw Drop(reason: .question) }
    if !LanguageCheck.isPlausible(text, in: locale) { throw Drop(reason: .wrongLanguage) }
    if UnsafeText.isUnsafe(text) || CodeText.isCode(text)
      || !Markup.isWithin(text, segments.map(\.segment.text))
      || citations.contains(where: { UnsafeText.isUnsafe($0.quote, allowingLineBreaks: true) })
    {
      throw Drop(reason: .unsafeText)
    }
    if text.count > verifier.maximumLength { throw Drop(reason: .tooLong) }
    return VerifiedSentence(text: TextFolding.spaceCollapsed(text), citations: citations)
  }

  private mutating func segment(_ label: String) throws(Drop) -> CitedSegment {
    // Models copy the brackets of the prompt's lines.
    let label =
      label.hasPrefix("[") && label.hasSuffix("]") ? String(label.dropFirst().dropLast()) : label
    if let known = cited[label] { return known }
    guard let segment = evidence[label] else { throw Drop(reason: .unknownSegment) }
    var terms: Set<Term> = []
    var content: Set<Term> = []
    TermReader.read(segment.text) { term, word in
      terms.insert(term)
      if isContent(term, word) { content.insert(term) }
    }
    let read = CitedSegment(
      segment: segment, matcher: QuoteMatcher(segment.text),
      terms: terms, content: content)
    cited[label] = read
    return read
  }

  /// Neither a function word nor a number: numbers are checked as such, and "12" is no less
  /// supported by "twelve".
  private func isContent(_ term: Term, _ word: ArraySlice<UInt8>) -> Bool {
    !small.contains(term) && !Quantities.isNumber(term, word)
  }

  private func checkTopic(_ segments: [CitedSegment]) throws(Drop) {
    for segment in segments
    where evidence.context.isOffTopic(segment.content) {
      throw Drop(reason: .offTopic)
    }
  }

  private func checkFacts(
    _ text: String, _ said: Quantities, _ segments: [CitedSegment]
  ) throws(Drop) {
    if !said.isEmpty {
      var known = Quantities("")
      for segment in segments { known.formUnion(Quantities(segment.segment.text)) }
      if !said.numbers.isSubset(of: known.numbers) { throw Drop(reason: .unsupportedNumber) }
      if !said.units.isSubset(of: known.units) || !said.measures.isSubset(of: known.measures) {
        throw Drop(reason: .unsupportedUnit)
      }
    }
    for name in Names.names(in: text, locale: locale)
    where !segments.contains(where: { $0.terms.contains(name) }) {
      throw Drop(reason: .unsupportedName)
    }
  }

  private func checkNegation(_ text: String, _ contexts: [String]) throws(Drop) {
    let quoted = contexts.contains { Negation.isNegated($0, locale: locale) }
    guard Negation.isNegated(text, locale: locale) == quoted else { throw Drop(reason: .negation) }
  }

  private func checkWords(
    _ text: String, _ said: Quantities, _ segments: [CitedSegment]
  ) throws(Drop) {
    var supported: Set<Term> = []
    var unsupported: Set<Term> = []
    TermReader.read(text) { term, word in
      guard isContent(term, word) else { return }
      // A unit that passed is supported however it is written: "min" by "minutes".
      if !said.units.isEmpty, let unit = Quantities.unit(word), said.units.contains(unit) { return }
      if segments.contains(where: { $0.terms.contains(term) }) {
        supported.insert(term)
      } else if !evidence.context.asked.contains(term) {
        // To repeat what was asked claims nothing.
        unsupported.insert(term)
      }
    }
    let count = supported.count + unsupported.count
    guard !supported.isEmpty, Double(supported.count) >= verifier.support * Double(count),
      !unsupported.contains(where: evidence.context.isFromElsewhere)
    else { throw Drop(reason: .unsupportedWords) }
  }
}
