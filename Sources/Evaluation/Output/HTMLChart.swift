import Foundation

/// Charts as inline SVG. Positions across are in percent and those down in pixels, so that a chart
/// takes the width it is given and its letters keep their size.
enum HTMLChart {
  struct Bar {
    var label: String
    /// 0 to 1 of the longest bar there can be; nil draws none.
    var share: Double?
    var text: String
    /// A class of the style sheet.
    var style: String
  }

  /// What is left of the width for bars; the rest is for the text behind the longest.
  private static let span = 78.0

  /// Bars below each other, each with its value behind it, and its label above it where wanted.
  static func bars(title: String, _ bars: [Bar], isLabelled: Bool = false) -> Markup {
    let step = isLabelled ? 38 : 19
    let rows = bars.enumerated().map { index, bar -> Markup in
      let top = index * step + (isLabelled ? 19 : 0)
      let width = span * min(max(bar.share ?? 0, 0), 1)
      let label: Markup =
        isLabelled ? "<text class=\"label\" x=\"0\" y=\"\(top - 6)\">\(bar.label)</text>" : ""
      return """
        <g><title>\(bar.label): \(bar.text)</title>\(label)\
        <rect class="\(bar.style)" x="0" y="\(top)" width="\(percent(width))" height="14" rx="2"/>\
        <text x="\(percent(width))" dx="6" y="\(top + 11)">\(bar.text)</text></g>
        """
    }
    return """
      <figure><figcaption>\(title)</figcaption>
      <svg role="img" aria-label="\(title)" width="100%" height="\(bars.count * step)">\(rows)</svg>
      </figure>

      """
  }

  /// Bars for counts, the most frequent first and as long as there can be.
  static func bars(of tally: [String: Int], style: String) -> [Bar] {
    let most = tally.values.max() ?? 0
    return TextReport.ranked(tally).map { reason, count in
      Bar(label: reason, share: ratio(count, of: most), text: FigureText.count(count), style: style)
    }
  }

  /// Columns side by side; their edges are written below, not more of them than have room.
  static func histogram(_ bins: [LatencyFigures.Bin]) -> Markup {
    let most = max(bins.map(\.count).max() ?? 0, 1)
    let column = 100 / Double(max(bins.count, 4))
    let labelled = (bins.count + 5) / 6
    let columns = bins.enumerated().map { index, bin -> Markup in
      let height = Int((110 * Double(bin.count) / Double(most)).rounded(.up))
      let left = Double(index) * column
      let range = "\(edge(bin.fromMs)) to \(edge(bin.toMs))"
      let mark: Markup =
        index % labelled == 0
        ? "<text class=\"edge\" x=\"\(percent(left))\" y=\"152\">\(edge(bin.fromMs))</text>" : ""
      let count: Markup =
        bin.count == 0
        ? ""
        : """
        <text class="count" x="\(percent(left + column / 2))" y="\(128 - height)">\(bin.count)</text>
        """
      return """
        <g><title>\(range): \(bin.count)</title>\
        <rect class="s0" x="\(percent(left + 0.3))" y="\(134 - height)" \
        width="\(percent(column - 0.6))" height="\(height)" rx="2"/>\(count)\(mark)</g>
        """
    }
    return """
      <figure><svg role="img" aria-label="Searches by latency" width="100%" height="160">\(columns)\
      <line class="axis" x1="0" x2="100%" y1="134.5" y2="134.5"/></svg></figure>
      """
  }

  /// An interval on a line around 0, with the difference as a dot.
  static func interval(_ difference: Difference, style: String) -> Markup {
    let reach = max(difference.lower.magnitude, difference.upper.magnitude) * 1.15
    func place(_ value: Double) -> String { percent(reach > 0 ? 50 + 50 * value / reach : 50) }
    return """
      <svg class="interval" aria-hidden="true" width="100%" height="22">\
      <line class="axis" x1="50%" x2="50%" y1="2" y2="20"/>\
      <line class="\(style)" x1="\(place(difference.lower))" x2="\(place(difference.upper))" \
      y1="11" y2="11"/><circle class="\(style)" cx="\(place(difference.value))" cy="11" r="4"/></svg>
      """
  }

  private static func percent(_ value: Double) -> String { String(format: "%.2f%%", value) }

  private static func edge(_ milliseconds: Double) -> String {
    milliseconds >= 1_000
      ? String(format: "%.0f s", milliseconds / 1_000) : String(format: "%.0f ms", milliseconds)
  }
}
