import Highlights

/// Why something is withdrawn or restored, and who says so, checked.
struct TakedownRequest: Sendable {
  /// Empty where none was given for restoring.
  let reason: String
  /// Who does it, as they say: the token is one that several people bear.
  let actor: String
  private let parameters: QueryParameters

  private static let longestReason = 500
  private static let longestActor = 100
  static let longestVideoID = 512

  /// - Parameter names: Parameters beside `reason` and `actor`.
  /// - Throws: ``APIError/badParameter(name:value:allowed:)``.
  init(query: String?, names: Set<String>, isReasonRequired: Bool) throws(APIError) {
    parameters = try QueryParameters(query: query, allowed: names.union(["reason", "actor"]))
    actor = try Self.text("actor", in: parameters, atMost: Self.longestActor)
    reason =
      isReasonRequired || parameters["reason"] != nil
      ? try Self.text("reason", in: parameters, atMost: Self.longestReason) : ""
  }

  /// The search that the parameters name.
  func search() throws(APIError) -> Search {
    let text = try parameters.required("q", allowed: LookupRequest.allowedText)
    return try LookupRequest.search(text, locale: parameters["locale"] ?? "")
  }

  private static func text(
    _ name: String, in parameters: QueryParameters, atMost longest: Int
  ) throws(APIError) -> String {
    let allowed = "a text of 1 to \(longest) characters"
    let value = try parameters.required(name, allowed: allowed)
    let isBlank = value.unicodeScalars.allSatisfy(\.properties.isWhitespace)
    guard !isBlank, value.unicodeScalars.count <= longest else {
      throw .badParameter(name: name, value: QueryParameters.bounded(value), allowed: allowed)
    }
    return value
  }

  /// The id in a path such as `/v1/videos/{id}/restore`: any text, in percent encoding.
  ///
  /// - Parameter suffix: What follows the id.
  /// - Throws: ``APIError/badParameter(name:value:allowed:)``, or ``APIError/unknownPath`` where the path has no id.
  static func videoID(path: String, suffix: String) throws(APIError) -> String {
    let (start, end) = ("/v1/videos/".utf8, suffix.utf8)
    let raw = path.utf8.dropFirst(start.count).dropLast(end.count)
    guard path.utf8.starts(with: start), path.utf8.suffix(end.count).elementsEqual(end),
      !raw.isEmpty, !raw.contains(UInt8(ascii: "/"))
    else { throw .unknownPath }
    let text = Substring(raw)
    guard let id = PercentEncoding.decoded(text, plusIsSpace: false) else {
      throw .badParameter(
        name: "id", value: QueryParameters.bounded(String(text)),
        allowed: "UTF-8 in percent encoding")
    }
    guard id.utf8.count <= longestVideoID else {
      throw .badParameter(
        name: "id", value: QueryParameters.bounded(id), allowed: "1 to \(longestVideoID) bytes")
    }
    return id
  }
}
