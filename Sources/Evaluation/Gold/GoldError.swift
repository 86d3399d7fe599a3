/// Why a file is not a set of gold answers; lines count from 1.
public enum GoldError: Error, Sendable, Hashable, CustomStringConvertible {
  /// There is no line with anything on it.
  case empty
  /// The line is not a JSON object.
  case notJSON(line: Int, why: String)
  case missingKey(line: Int, key: String)
  /// The key's value is of another type or out of range; `allowed` says what may stand there.
  case wrongValue(line: Int, key: String, allowed: String)
  case duplicateQuery(line: Int, queryID: String, firstLine: Int)

  public var description: String {
    switch self {
    case .empty:
      "the gold file is empty; write one JSON object a line, each with queryId and answerable"
    case .notJSON(let line, let why):
      "gold line \(line) is not a JSON object: \(Self.bounded(why))"
    case .missingKey(let line, let key):
      "gold line \(line) has no \"\(Self.bounded(key))\""
    case .wrongValue(let line, let key, let allowed):
      "gold line \(line) has a wrong value at \"\(Self.bounded(key))\"; it takes \(allowed)"
    case .duplicateQuery(let line, let queryID, let firstLine):
      "gold line \(line) is about queryId \"\(Self.bounded(queryID))\" again, after line "
        + "\(firstLine); write each search once"
    }
  }

  /// At most 80 code points of text that comes from the file.
  private static func bounded(_ text: String) -> String {
    let scalars = text.unicodeScalars
    return scalars.count <= 80
      ? text : String(String.UnicodeScalarView(scalars.prefix(79))) + "…"
  }
}
