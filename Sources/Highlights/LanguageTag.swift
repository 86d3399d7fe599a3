/// A well-formed BCP 47 language tag in canonical letter case.
///
/// Well-formed by the grammar of RFC 5646, section 2.1, with no look-up in the registry; case by
/// section 2.1.1: "en-US", "zh-Hant-TW". The empty tag is "und", undetermined.
public struct LanguageTag: Sendable, Hashable, CustomStringConvertible {
  public let description: String

  /// The primary language subtag in lower case, such as "en"; "und" where none is known.
  public var language: String {
    String(description.prefix { $0 != "-" }).lowercased()
  }

  /// No language is known.
  public static let undetermined = LanguageTag(canonical: "und")

  /// Bytes a tag may have; RFC 5646, section 4.4.1 asks for at least 35.
  public static let maximumLength = 100

  /// - Throws: ``LanguageTagError`` with at most 80 characters of the tag.
  public init(_ tag: String) throws(LanguageTagError) {
    guard !tag.isEmpty else {
      self = .undetermined
      return
    }
    let lowered = tag.lowercased()
    if let irregular = Self.irregular.first(where: { $0.lowercased() == lowered }) {
      description = irregular
      return
    }
    guard tag.utf8.count <= Self.maximumLength, tag.utf8.allSatisfy({ $0 < 0x80 }),
      let canonical = LanguageTagGrammar.canonical(lowered)
    else { throw LanguageTagError(value: TextFolding.bounded(tag)) }
    description = canonical
  }

  private init(canonical: String) {
    description = canonical
  }

  /// Tags registered before the grammar, which does not produce them (RFC 5646, "irregular").
  private static let irregular = [
    "en-GB-oed", "i-ami", "i-bnn", "i-default", "i-enochian", "i-hak", "i-klingon", "i-lux",
    "i-mingo", "i-navajo", "i-pwn", "i-tao", "i-tay", "i-tsu", "sgn-BE-FR", "sgn-BE-NL",
    "sgn-CH-DE",
  ]
}

/// A locale that is not a well-formed BCP 47 language tag.
public struct LanguageTagError: Error, Sendable, Hashable, CustomStringConvertible {
  /// The start of what was sent.
  public let value: String

  public var description: String {
    "\"\(value)\" is not a BCP 47 language tag; send one such as \"en\" or \"pt-BR\", or none"
  }
}
