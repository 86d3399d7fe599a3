import Highlights
import HighlightsProtocol
import SwiftProtobuf

/// What a look-up asks for, checked.
struct LookupRequest: Sendable {
  let search: Search
  /// Nil for the live one.
  let variant: String?
  let wait: Duration

  /// - Throws: ``APIError/badParameter(name:value:allowed:)``.
  init(query: String?, longestWait: Duration, canWait: Bool = true) throws(APIError) {
    let parameters = try QueryParameters(
      query: query, allowed: canWait ? Self.waitingNames : Self.names)
    let text = try parameters.required("q", allowed: Self.allowedText)
    let locale = parameters["locale"] ?? ""
    search = try Self.search(text, locale: locale)
    variant = try parameters["variant"].map { value throws(APIError) in
      try Self.variant(value)
    }
    wait =
      try parameters["wait"].map { value throws(APIError) in
        try Self.wait(value, atMost: longestWait)
      } ?? .zero
  }

  private static let names: Set = ["q", "locale", "variant"]
  private static let waitingNames = names.union(["wait"])

  static var allowedText: String {
    "a text of 1 to \(SearchLimits().textLength) characters"
  }

  static func search(_ text: String, locale: String) throws(APIError) -> Search {
    do {
      let query = SearchQuery.with {
        $0.text = text
        $0.locale = locale
      }
      return try Search(query, fallbackID: "lookup")
    } catch {
      if case .invalidLocale = error {
        throw .badParameter(
          name: "locale", value: QueryParameters.bounded(locale),
          allowed: "a BCP 47 language tag such as \"en\" or \"pt-BR\"")
      }
      throw .badParameter(
        name: "q", value: QueryParameters.bounded(text), allowed: allowedText)
    }
  }

  private static func variant(_ value: String) throws(APIError) -> String {
    let isName = (1...64).contains(value.utf8.count) && value.utf8.allSatisfy(isNameByte)
    guard isName else {
      throw .badParameter(
        name: "variant", value: QueryParameters.bounded(value),
        allowed: "1 to 64 of a-z, A-Z, 0-9, \".\", \"_\" and \"-\"; left out, the live one")
    }
    return value
  }

  private static func isNameByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"),
      UInt8(ascii: "-"):
      true
    default: false
    }
  }

  /// Reads "5s" or "500ms".
  private static func wait(_ value: String, atMost longest: Duration) throws(APIError) -> Duration {
    let number = value.prefix { $0.isASCII && $0.isNumber }
    let duration: Duration? =
      if let count = Int64(number), count <= 1_000_000 {
        switch value.dropFirst(number.count) {
        case "s": .seconds(count)
        case "ms": .milliseconds(count)
        default: nil
        }
      } else {
        nil
      }
    guard let duration, duration <= longest else {
      throw .badParameter(
        name: "wait", value: QueryParameters.bounded(value),
        allowed: "0s to \(longest.inMilliseconds)ms, such as 5s or 500ms")
    }
    return duration
  }
}
