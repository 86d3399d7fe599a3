/// The searches of a run one by one, for a page: closed until they are opened.
struct HTMLSearches {
  private let searches: [ScoredSearch]
  private let total: Int

  init(_ searches: [ScoredSearch], listed: Int) {
    let ranked = searches.enumerated().sorted { left, right in
      (Self.rank(left.element), left.offset) < (Self.rank(right.element), right.offset)
    }
    self.searches = ranked.prefix(max(listed, 0)).map(\.element)
    total = searches.count
  }

  var section: Markup {
    """
    <section>
    <h2>Searches</h2>
    <p class="lead">\(FigureText.count(searches.count)) of \(FigureText.count(total)); what went wrong \
    first.</p>
    \(searches.map(item))
    </section>
    """
  }

  /// Unverified text, then failures, then wrong decisions, then answers without a gold segment.
  private static func rank(_ search: ScoredSearch) -> Int {
    if search.sentences.contains(where: { $0.fault != nil }) { return 0 }
    if search.decision == .failed { return 1 }
    if search.judgement?.isRight == false { return 2 }
    if let citations = search.citations, citations.cited > 0, citations.hits == 0 { return 3 }
    return search.judgement == nil ? 5 : 4
  }

  private func item(_ search: ScoredSearch) -> Markup {
    let mark = mark(search.judgement?.isRight, ifTrue: "right decision", ifFalse: "wrong decision")
    let gold = search.answerable.map { $0 ? "answerable" : "not answerable" }
    let reason = search.reason.isEmpty ? "" : " · \(search.reason)"
    let unpublished = search.unpublished.map { text in
      "<li class=\"unpublished\">\(Markup.outside(text))</li>\n" as Markup
    }
    let drops = TextReport.ranked(search.dropReasons).map { "\($0.0) \($0.1)" }
    let notPublished: Markup =
      unpublished.isEmpty && drops.isEmpty
      ? ""
      : """
      <p class="note">Not published: \(drops.joined(separator: ", "))</p><ul>\(unpublished)</ul>
      """
    return """
      <details><summary>\(mark)<span class="query">\(Markup.outside(search.query))</span>\
      <span class="state">\(search.decision.rawValue + reason)\(gold.map { " · \($0)" } ?? "")\
      </span></summary>
      <div class="body">
      <ol>\(search.sentences.map(sentence))</ol>
      \(notPublished)
      <p class="note">\(citationNote(search))\(FigureText.count(search.inputTokens)) tokens in, \
      \(FigureText.count(search.outputTokens)) out, \(FigureText.milliseconds(search.latencyMs))\
      </p>
      </div></details>

      """
  }

  private func sentence(_ sentence: ScoredSearch.Sentence) -> Markup {
    let note: Markup
    if let fault = sentence.fault {
      note = " <span class=\"verdict worse\">\(fault.rawValue)</span>"
    } else {
      note = sentence.isGeneral ? " <span class=\"verdict open\">not from videos</span>" : ""
    }
    let citations = sentence.citations.map { citation -> Markup in
      let mark = mark(citation.isGold, ifTrue: "a gold segment", ifFalse: "not a gold segment")
      let seconds = citation.startMs / 1_000
      let time = "\(seconds / 60):\(seconds % 60 < 10 ? "0" : "")\(seconds % 60)"
      return """
        <li>\(mark)<code>\(Markup.outside(citation.segment.videoID))</code> \
        #\(citation.segment.index) at \(time) <q>\(Markup.outside(citation.quote))</q></li>

        """
    }
    return "<li>\(Markup.outside(sentence.text))\(note)<ul>\(citations)</ul></li>\n"
  }

  /// A dot whose colour says what its label says too; grey without gold.
  private func mark(_ isRight: Bool?, ifTrue yes: String, ifFalse no: String) -> Markup {
    let style = isRight.map { $0 ? "right" : "wrong" } ?? "open"
    let label = isRight.map { $0 ? yes : no } ?? "not in gold"
    return
      "<span class=\"mark \(style)\" role=\"img\" aria-label=\"\(label)\" title=\"\(label)\"></span>"
  }

  private func citationNote(_ search: ScoredSearch) -> String {
    guard let citations = search.citations else { return "" }
    return "\(citations.cited) segments cited, \(citations.gold) gold, \(citations.hits) in both · "
  }
}
