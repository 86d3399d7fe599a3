/// Text that must not reach a reader's screen: addresses, handles, markup, control characters.
///
/// Looked for after NFKC and without format characters, so that full-width or invisible letters do
/// not hide them. Plain text with "<" ("a < b") is safe.
enum UnsafeText {
  /// - Parameter allowingLineBreaks: For a quote, which keeps the line breaks of its source.
  static func isUnsafe(_ text: String, allowingLineBreaks: Bool = false) -> Bool {
    if isPlain(text) { return false }
    if text.unicodeScalars.contains(where: { isForbidden($0, allowingLineBreaks) }) { return true }
    let visible = String.UnicodeScalarView(
      text.unicodeScalars.filter { $0.properties.generalCategory != .format })
    let plain = Array(TextFolding.compatibilityComposed(String(visible)).lowercased().utf8)
    return needles.contains { contains($0, in: plain) } || hasTagOrHandle(plain)
      || hasDomain(plain)
  }

  /// Printable ASCII without a sign that any of the rules needs: nearly every sentence.
  private static func isPlain(_ text: String) -> Bool {
    var afterDot = false
    for byte in text.utf8 {
      if afterDot, isLetter(byte | 0x20) { return false }
      afterDot = byte == UInt8(ascii: ".")
      switch byte {
      case 0..<0x20, 0x7F...: return false
      case UInt8(ascii: ":"), UInt8(ascii: "["), UInt8(ascii: "]"), UInt8(ascii: "!"),
        UInt8(ascii: "`"), UInt8(ascii: "&"), UInt8(ascii: "<"), UInt8(ascii: "@"):
        return false
      default: break
      }
    }
    return true
  }

  private static let needles: [[UInt8]] = [
    "://", "www.", "javascript:", "vbscript:", "mailto:", "data:text", "](", "![", "```", "&lt;",
    "&#",
  ].map { Array($0.utf8) }

  private static let topLevelDomains: Set<String> = [
    "app", "biz", "cn", "com", "info", "io", "net", "org", "ru", "xyz",
  ]

  private static func isForbidden(_ scalar: Unicode.Scalar, _ allowingLineBreaks: Bool) -> Bool {
    switch scalar.value {
    case 0x09, 0x0A, 0x0D, 0x2028, 0x2029: !allowingLineBreaks
    case 0..<0x20, 0x7F..<0xA0: true
    // Overrides of writing direction, and tag characters, which carry text nobody sees.
    case 0x202A...0x202E, 0x2066...0x2069, 0xE0000...0xE007F: true
    default: false
    }
  }

  private static func contains(_ needle: [UInt8], in text: [UInt8]) -> Bool {
    guard text.count >= needle.count else { return false }
    return (0...(text.count - needle.count)).contains { start in
      text[start] == needle[0] && text[start..<(start + needle.count)].elementsEqual(needle)
    }
  }

  /// "<" or "@" right before a letter; "<" also before "/", "!" and "?", as in HTML.
  private static func hasTagOrHandle(_ text: [UInt8]) -> Bool {
    zip(text, text.dropFirst()).contains { first, second in
      switch first {
      case UInt8(ascii: "<"):
        isLetter(second)
          || [UInt8(ascii: "/"), UInt8(ascii: "!"), UInt8(ascii: "?")]
            .contains(second)
      case UInt8(ascii: "@"): isLetter(second) || second == UInt8(ascii: "_") || second >= 0x80
      default: false
      }
    }
  }

  /// "name.tld" of a common domain, or "name.tld/path" of any.
  private static func hasDomain(_ text: [UInt8]) -> Bool {
    for dot in text.indices where text[dot] == UInt8(ascii: ".") {
      guard dot > 0, isNameByte(text[dot - 1]) else { continue }
      let label = text[(dot + 1)...].prefix(while: isLetter)
      guard label.count >= 2 else { continue }
      let next = label.endIndex < text.endIndex ? text[label.endIndex] : UInt8(ascii: " ")
      if next == UInt8(ascii: "/") { return true }
      let ends = !isNameByte(next)
      if ends, topLevelDomains.contains(String(decoding: label, as: UTF8.self)) { return true }
    }
    return false
  }

  private static func isLetter(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
  }

  private static func isNameByte(_ byte: UInt8) -> Bool {
    isLetter(byte) || byte >= 0x80 || byte == UInt8(ascii: "-")
      || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
  }
}
