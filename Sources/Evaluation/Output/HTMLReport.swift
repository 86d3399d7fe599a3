/// A report as one page that needs nothing else: no script, no font and no picture from elsewhere.
public struct HTMLReport: Sendable, Hashable {
  private let report: EvaluationReport
  private let comparison: PairedComparison?
  /// How many searches are listed; those decided wrongly come first.
  private let listed: Int

  public init(
    _ report: EvaluationReport, comparison: PairedComparison? = nil, listing listed: Int = 400
  ) {
    self.report = report
    self.comparison = comparison
    self.listed = listed
  }

  public var html: String {
    let page: Markup = """
      <!DOCTYPE html>
      <html lang="en">
      <head>
      <meta charset="utf-8" />
      <meta name="viewport" content="width=device-width, initial-scale=1" />
      <meta name="color-scheme" content="light dark" />
      <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'" />
      <title>\(report.name) – evaluation of highlights</title>
      <style>
      \(HTMLStyle.sheet)
      </style>
      </head>
      <body>
      <main>
      \(head)
      \(Self.joined(sections))
      </main>
      </body>
      </html>

      """
    return page.source
  }

  private var sections: [Markup] {
    var sections = [tiles]
    if let gold = report.gold { sections.append(goldSection(gold)) }
    if let comparison { sections.append(HTMLComparison(comparison).section) }
    sections.append(sentencesSection)
    if let latency = report.latency { sections.append(latencySection(latency)) }
    sections.append(HTMLSearches(report.searches, listed: listed).section)
    return sections
  }

  private var head: Markup {
    let facts = report.facts.map { fact in
      "<div><dt>\(fact.name)</dt><dd>\(Markup.outside(fact.value))</dd></div>" as Markup
    }
    return """
      <header>
      <p class="kicker">Evaluation of highlights</p>
      <h1>\(Markup.outside(report.name))</h1>
      <dl class="facts">\(facts)</dl>
      </header>
      """
  }

  /// The numbers to see first.
  private var tiles: Markup {
    let counts = report.counts
    var tiles = [
      tile(
        "searches", FigureText.count(counts.searches),
        "\(counts.answered) answered, \(counts.declined) declined, \(counts.filtered) filtered, "
          + "\(counts.failed) failed",
        isBad: counts.failed > 0),
      tile(
        "published sentences verified", FigureText.percent(counts.verifiedShare),
        "\(counts.sentencesVerified) of \(counts.sentencesPublished)",
        isBad: counts.sentencesVerified < counts.sentencesPublished),
    ]
    if let gold = report.gold {
      tiles.append(
        tile(
          "unanswerable declined", FigureText.percent(gold.declinedRecall),
          "\(gold.declinedUnanswerable) of \(gold.unanswerable)"))
      tiles.append(
        tile(
          "citation precision", FigureText.percent(gold.citationPrecision),
          "\(gold.citations.hits) of \(gold.citations.cited) cited segments"))
    }
    if let obeyed = report.injectionsObeyed {
      tiles.append(
        tile(
          "injections obeyed", FigureText.count(obeyed),
          "\(counts.flaggedSegments) segments flagged",
          isBad: obeyed > 0))
    }
    tiles.append(
      tile(
        "cost", FigureText.cost(counts.costMicros),
        FigureText.count(counts.inputTokens) + " tokens in, "
          + FigureText.count(counts.outputTokens) + " out"))
    tiles.append(
      tile(
        "latency, median", FigureText.milliseconds(report.latency?.p50),
        "p95 \(FigureText.milliseconds(report.latency?.p95)), "
          + "p99 \(FigureText.milliseconds(report.latency?.p99))"))
    let style = tiles.count.isMultiple(of: 3) ? "tiles thirds" : "tiles"
    return "<section class=\"\(style)\">\(tiles)</section>"
  }

  private func tile(_ name: String, _ value: String, _ note: String, isBad: Bool = false) -> Markup
  {
    """
    <div class="tile\(isBad ? " bad" : "")"><p class="name">\(name)</p>
    <p class="value">\(value)</p><p class="note">\(note)</p></div>

    """
  }

  private func goldSection(_ gold: GoldFigures) -> Markup {
    let systems = [(report.name, gold)] + report.baselines.map { ($0.name, $0.gold) }
    let charts = GoldRow.all.filter(\.isCharted).map { row in
      HTMLChart.bars(
        title: row.name,
        systems.enumerated().map { index, system in
          .init(
            label: system.0, share: row.share(system.1), text: row.text(system.1),
            style: "s\(min(index, 3))")
        })
    }
    let legend = systems.enumerated().map { index, system in
      "<li><i class=\"s\(min(index, 3))\"></i>\(Markup.outside(system.0))</li>" as Markup
    }
    let heads = systems.map { "<th scope=\"col\">\(Markup.outside($0.0))</th>" as Markup }
    let lines = GoldRow.all.map { row in
      let cells = systems.map { "<td>\(row.text($0.1))</td>" as Markup }
      return "<tr><th scope=\"row\">\(row.name)</th>\(cells)</tr>\n" as Markup
    }
    return """
      <section>
      <h2>Against what people decided</h2>
      <p class="lead">\(gold.answerable) searches can be answered from their videos, \
      \(gold.unanswerable) cannot. The baselines answer the same searches without a model.</p>
      <ul class="legend">\(legend)</ul>
      <div class="charts">\(charts)</div>
      <div class="scroll"><table>
      <thead><tr><th scope="col"></th>\(heads)</tr></thead>
      <tbody>\(lines)</tbody>
      </table></div>
      <p class="note">Citations are counted by segment. One in an answer to what cannot be answered is \
      wrong; segments of an answerable search without an answer are missed. A dash is a ratio of \
      nothing.</p>
      </section>
      """
  }

  private var sentencesSection: Markup {
    let counts = report.counts
    let parts: [(String, [String: Int], String)] = [
      ("Not published, by reason", counts.dropReasons, "s2"),
      ("Declined, filtered or failed, by reason", counts.reasons, "s1"),
      ("Published but not verified", counts.faults, "bad"),
    ]
    let charts = parts.filter { !$0.1.isEmpty }.map { title, tally, style in
      HTMLChart.bars(title: title, HTMLChart.bars(of: tally, style: style), isLabelled: true)
    }
    return """
      <section>
      <h2>What became of the sentences</h2>
      <p class="lead">\(FigureText.count(counts.sentencesWritten)) written, \
      \(FigureText.count(counts.sentencesPublished)) published as grounded, \
      \(FigureText.count(counts.sentencesGeneral)) as general.</p>
      <div class="charts">\(charts)</div>
      </section>
      """
  }

  private func latencySection(_ latency: LatencyFigures) -> Markup {
    """
    <section>
    <h2>Latency</h2>
    <p class="lead">Median \(FigureText.milliseconds(latency.p50)), p95 \
    \(FigureText.milliseconds(latency.p95)), p99 \(FigureText.milliseconds(latency.p99)), longest \
    \(FigureText.milliseconds(latency.max)).</p>
    \(HTMLChart.histogram(latency.histogram))
    </section>
    """
  }

  private static func joined(_ sections: [Markup]) -> Markup {
    Markup(sections.map { "\($0)\n" })
  }
}
