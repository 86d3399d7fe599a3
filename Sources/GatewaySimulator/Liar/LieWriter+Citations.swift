// Lies about where something stands.
extension LieWriter {
  mutating func inventedQuote() -> Sentence? {
    guard let carrier = carrier() else { return nil }
    let clause = LieTables.clauses[random.below(LieTables.clauses.count)]
    let invented = LieText.appending(clause, to: carrier.text)
    guard !LieText.holds(source(of: carrier), invented) else { return nil }
    return Sentence(
      text: invented,
      citations: [.init(segment: carrier.citations[0].segment, quote: invented)])
  }

  mutating func unknownSegment() -> Sentence? {
    let label = unknownLabel()
    return bare().map {
      Sentence(text: $0.text, citations: [.init(segment: label, quote: $0.text)])
    }
  }

  mutating func wrongSegment() -> Sentence? {
    guard let spare = spare() else { return nil }
    let labels = texts.keys.sorted()
    let start = random.below(labels.count)
    let wrong = (labels[start...] + labels[..<start]).first {
      !LieText.holds(texts[$0] ?? "", spare.text)
    }
    return wrong.map {
      Sentence(text: spare.text, citations: [.init(segment: $0, quote: spare.text)])
    }
  }

  mutating func oneInvented() -> Sentence? {
    guard let spare = spare(), let carrier = carrier() else { return nil }
    let clause = LieTables.clauses[random.below(LieTables.clauses.count)]
    let isUnknown = random.below(2) == 0
    let second = Citation(
      segment: isUnknown ? unknownLabel() : carrier.citations[0].segment,
      quote: isUnknown ? spare.text : LieText.appending(clause, to: carrier.text))
    // Otherwise nothing of it would be invented.
    guard !LieText.holds(texts[second.segment] ?? "", second.quote) else { return nil }
    return Sentence(text: spare.text, citations: spare.citations + [second])
  }
}
