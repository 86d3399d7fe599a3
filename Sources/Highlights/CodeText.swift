/// Text that is program code, an encoding or a scanner's test string rather than speech.
enum CodeText {
  static func isCode(_ text: String) -> Bool {
    var run = 0
    var longest = 0
    var hasSign = false
    for byte in text.utf8 {
      run = byte > 0x20 ? run + 1 : 0
      longest = max(longest, run)
      hasSign = hasSign || byte == UInt8(ascii: "(") || byte == UInt8(ascii: "=")
    }
    if longest >= 24, hasOpaqueToken(text) { return true }
    guard hasSign else { return false }
    let bytes = Array(text.utf8)
    return hasCall(bytes) || hasHandler(bytes)
  }

  /// A call as code writes it: a name, "(" without a space before it, and ")" followed by a code
  /// sign or the end: "alert(1)", "log(x);".
  private static func hasCall(_ bytes: [UInt8]) -> Bool {
    for open in bytes.indices.dropFirst()
    where bytes[open] == UInt8(ascii: "(") && isNameByte(bytes[open - 1]) {
      let name = bytes[..<open].reversed().prefix { isNameByte($0) || $0 == UInt8(ascii: ".") }
      // "egg(s)" is speech; a call of one letter has a sign or dot beside it.
      guard let close = bytes[open...].firstIndex(of: UInt8(ascii: ")")) else { continue }
      let next = bytes[(close + 1)...].first
      let inside = bytes[(open + 1)..<close]
      if name.contains(UInt8(ascii: ".")) || next == UInt8(ascii: ";")
        || inside.contains(where: { "\"'`=;.(".utf8.contains($0) })
        || inside.allSatisfy({ (0x30...0x39).contains($0) || $0 == UInt8(ascii: ",") })
      {
        return true
      }
    }
    return false
  }

  /// An event handler's attribute: "onerror=".
  private static func hasHandler(_ bytes: [UInt8]) -> Bool {
    for equals in bytes.indices where bytes[equals] == UInt8(ascii: "=") {
      let name = bytes[..<equals].reversed().prefix(while: isNameByte)
      if name.count >= 5, Array(name.suffix(2).reversed()).elementsEqual("on".utf8) { return true }
    }
    return false
  }

  /// A run of 24 characters or more without a space that is no word: hexadecimal, base64, or signs.
  private static func hasOpaqueToken(_ text: String) -> Bool {
    text.split(whereSeparator: \.isWhitespace).contains { token in
      guard token.utf8.count >= 24, token.utf8.allSatisfy({ $0 < 0x80 }) else { return false }
      let letters = token.utf8.count { (0x61...0x7A).contains($0 | 0x20) }
      return letters * 10 < token.utf8.count * 8
    }
  }

  private static func isNameByte(_ byte: UInt8) -> Bool {
    (0x61...0x7A).contains(byte | 0x20) || (0x30...0x39).contains(byte) || byte == UInt8(ascii: "_")
  }
}
