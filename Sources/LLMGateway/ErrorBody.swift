import Foundation

/// The body of an error response, in any of the shapes that gateways send.
///
/// - OpenAI, Azure, LiteLLM: `{"error": {"message", "type", "param", "code"}}`, the code a word or a
///   status as text; llama.cpp: the same with a number.
/// - vLLM and Azure API Management: the fields at the top level.
/// - others: `{"error": "text"}`, `{"detail": "text"}`, a list around the object, or no JSON.
struct ErrorBody: Hashable {
  var code: String?
  var type: String?
  var message: String

  /// Reads what there is; a body that says nothing gives an empty message.
  init(_ data: Data) {
    guard let json = try? JSONSerialization.jsonObject(with: data, options: .fragmentsAllowed)
    else {
      message = Self.tidy(String(decoding: data.prefix(4096), as: UTF8.self))
      return
    }
    let root = (json as? [Any])?.first as? [String: Any] ?? json as? [String: Any] ?? [:]
    let fields = root["error"] as? [String: Any] ?? root
    code = Self.text(fields["code"] ?? fields["statusCode"])
    type = Self.text(fields["type"])
    let words =
      Self.text(fields["message"]) ?? Self.text(root["error"]) ?? Self.text(root["detail"])
      ?? Self.text(json) ?? ""
    message = Self.tidy(words)
  }

  /// The same with every secret cut out, as gateways echo credentials they refuse.
  func redacting(_ secrets: [Secret]) -> ErrorBody {
    var copy = self
    copy.code = code.map { secrets.redact($0) }
    copy.type = type.map { secrets.redact($0) }
    copy.message = secrets.redact(message)
    return copy
  }

  private static func text(_ value: Any?) -> String? {
    switch value {
    // LiteLLM writes Python's None as a word.
    case let text as String: text.isEmpty || text == "None" ? nil : text
    case let number as Int: String(number)
    default: nil
    }
  }

  /// One line of text.
  static func tidy(_ text: String) -> String {
    text.split { $0.isWhitespace || $0.unicodeScalars.contains { $0.value < 0x20 } }
      .joined(separator: " ")
  }
}

extension [Secret] {
  /// Cuts every secret out of `text`; of less than 4 characters it is a word and no secret.
  func redact(_ text: String) -> String {
    filter { $0.value.count >= 4 }.reduce(text) {
      $0.replacingOccurrences(of: $1.value, with: $1.description)
    }
  }
}
