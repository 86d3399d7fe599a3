/// The parameters of a request's query, each at most once, decoded from `%` and `+`.
struct QueryParameters: Sendable {
  private var values: [String: String] = [:]

  /// - Throws: ``APIError/badParameter(name:value:allowed:)`` for one that is not known, comes
  ///   twice, or is not UTF-8 in percent encoding.
  init(query: String?, allowed: Set<String>) throws(APIError) {
    for pair in (query ?? "").split(separator: "&", omittingEmptySubsequences: true) {
      let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      let name = PercentEncoding.decoded(parts[0])
      guard let name, allowed.contains(name) else {
        throw .badParameter(
          name: "query parameter", value: Self.bounded(name ?? String(parts[0])),
          allowed: allowed.sorted().joined(separator: ", "))
      }
      let raw = parts.count > 1 ? parts[1] : ""
      guard let value = PercentEncoding.decoded(raw) else {
        throw .badParameter(
          name: name, value: Self.bounded(String(raw)), allowed: "UTF-8 in percent encoding")
      }
      guard values.updateValue(value, forKey: name) == nil else {
        throw .badParameter(name: name, value: Self.bounded(value), allowed: "one value")
      }
    }
  }

  subscript(_ name: String) -> String? { values[name] }

  func required(_ name: String, allowed: String) throws(APIError) -> String {
    guard let value = values[name] else {
      throw .badParameter(name: name, value: "", allowed: allowed)
    }
    return value
  }

  /// At most 80 characters of what a stranger sent.
  static func bounded(_ text: String) -> String {
    text.unicodeScalars.count <= 80
      ? text : String(String.UnicodeScalarView(text.unicodeScalars.prefix(79))) + "…"
  }
}
