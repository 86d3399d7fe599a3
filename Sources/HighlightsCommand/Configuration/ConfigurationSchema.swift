/// Every setting there is. `Config/highlights.yaml` is written from it.
enum ConfigurationSchema {
  static let sections = [
    kafka, worker, cache, gateway, callLimits, budget, highlights, answers, store, catalog,
    serve, simulator, up, status, log, traces,
  ]

  static let keys = sections.flatMap(\.keys)

  static func key(_ name: String) -> ConfigurationKey? { byName[name] }

  /// Whether keys stand under this name.
  static func isHeading(_ name: String) -> Bool {
    keys.contains { $0.name.hasPrefix("\(name).") }
  }

  /// The key that was most likely meant.
  static func nearest(to name: String) -> String {
    let names = keys.map(\.name)
    return names.first { $0.hasSuffix(".\(name)") } ?? nearest(to: name, among: names)
  }

  /// The name that takes the fewest changes to become, the first of several.
  static func nearest(to name: String, among names: [String]) -> String {
    names.min { editDistance($0, name) < editDistance($1, name) } ?? ""
  }

  private static let byName = Dictionary(uniqueKeysWithValues: keys.map { ($0.name, $0) })

  /// How many insertions, deletions and replacements make one text of the other (Levenshtein).
  private static func editDistance(_ left: String, _ right: String) -> Int {
    let right = Array(right)
    var previous = Array(0...right.count)
    for (row, character) in left.enumerated() {
      var current = [row + 1]
      for (column, other) in right.enumerated() {
        current.append(
          min(
            previous[column] + (character == other ? 0 : 1), previous[column + 1] + 1,
            current[column] + 1))
      }
      previous = current
    }
    return previous[right.count]
  }
}
