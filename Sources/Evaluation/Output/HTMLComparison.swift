/// Two runs beside each other, for a page.
struct HTMLComparison {
  private let comparison: PairedComparison

  init(_ comparison: PairedComparison) { self.comparison = comparison }

  var section: Markup {
    """
    <section>
    <h2>\(Markup.outside(comparison.after)) against \(Markup.outside(comparison.before))</h2>
    <p class="lead">\(FigureText.count(comparison.searches)) searches in pairs; 95 % intervals of the \
    difference, each by itself, from \(FigureText.count(comparison.resamples)) resamples.</p>
    <div class="scroll"><table class="compared">
    <thead><tr><th scope="col">per search</th>\
    <th scope="col">\(Markup.outside(comparison.before))</th>\
    <th scope="col">\(Markup.outside(comparison.after))</th>\
    <th scope="col">difference</th><th scope="col">interval</th><th scope="col"></th>\
    <th scope="col">verdict</th></tr></thead>
    <tbody>\(comparison.rows.map(row))</tbody>
    </table></div>
    </section>
    """
  }

  private func row(_ row: PairedComparison.Row) -> Markup {
    let style =
      switch row.verdict {
      case .better: "better"
      case .worse: "worse"
      case .noDifferenceShown: "open"
      }
    guard let difference = row.difference else {
      let dash = FigureText.undefined
      return """
        <tr><th scope="row">\(row.metric.name)</th><td>\(dash)</td><td>\(dash)</td><td>\(dash)</td>\
        <td>\(dash)</td><td></td><td>\(row.verdict.rawValue)</td></tr>

        """
    }
    return """
      <tr><th scope="row">\(row.metric.name)</th>\
      <td>\(FigureText.value(difference.before, of: row.metric))</td>\
      <td>\(FigureText.value(difference.after, of: row.metric))</td>\
      <td>\(FigureText.value(difference.value, of: row.metric, signed: true))</td>\
      <td>\(FigureText.interval(difference, of: row.metric))</td>\
      <td class="drawn">\(HTMLChart.interval(difference, style: style))</td>\
      <td><span class="verdict \(style)">\(row.verdict.rawValue)</span></td></tr>

      """
  }
}
