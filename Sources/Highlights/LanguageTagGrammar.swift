/// The grammar of RFC 5646, section 2.1, over subtags in lower case.
struct LanguageTagGrammar {
  private var rest: ArraySlice<Substring>
  private var canonical: [String] = []

  /// The tag in canonical case, nil when it is not well formed.
  static func canonical(_ lowered: String) -> String? {
    let subtags = lowered.split(separator: "-", omittingEmptySubsequences: false)
    guard
      subtags.allSatisfy({ (1...8).contains($0.utf8.count) && $0.utf8.allSatisfy(isAlphanumeric) })
    else { return nil }
    var grammar = LanguageTagGrammar(rest: subtags[...])
    return grammar.readTag() ? grammar.canonical.joined(separator: "-") : nil
  }

  private init(rest: ArraySlice<Substring>) {
    self.rest = rest
  }

  private mutating func readTag() -> Bool {
    if rest.first == "x" { return readPrivateUse() }
    guard let language = take(where: { (2...8).contains($0.count) && Self.isAlphabetic($0) })
    else { return false }
    canonical.append(language)
    if language.utf8.count <= 3 {
      for _ in 0..<3 {
        guard let extended = take(where: { $0.count == 3 && Self.isAlphabetic($0) }) else { break }
        canonical.append(extended)
      }
    }
    if let script = take(where: { $0.count == 4 && Self.isAlphabetic($0) }) {
      canonical.append(script.prefix(1).uppercased() + script.dropFirst())
    }
    if let region = take(where: Self.isRegion) { canonical.append(region.uppercased()) }
    return readVariants() && readExtensions() && (rest.isEmpty || readPrivateUse())
  }

  private mutating func readVariants() -> Bool {
    var seen: Set<String> = []
    while let variant = take(where: Self.isVariant) {
      guard seen.insert(variant).inserted else { return false }
      canonical.append(variant)
    }
    return true
  }

  private mutating func readExtensions() -> Bool {
    var seen: Set<String> = []
    while let singleton = take(where: { $0.count == 1 && $0 != "x" }) {
      guard seen.insert(singleton).inserted else { return false }
      canonical.append(singleton)
      guard takeAll(where: { $0.count >= 2 }) else { return false }
    }
    return true
  }

  private mutating func readPrivateUse() -> Bool {
    guard take(where: { $0 == "x" }) != nil else { return false }
    canonical.append("x")
    return takeAll { _ in true } && rest.isEmpty
  }

  private mutating func take(where matches: (Substring) -> Bool) -> String? {
    guard let first = rest.first, matches(first) else { return nil }
    rest.removeFirst()
    return String(first)
  }

  /// Takes every subtag that matches; false when there is none.
  private mutating func takeAll(where matches: (Substring) -> Bool) -> Bool {
    let before = rest.count
    while let subtag = take(where: matches) { canonical.append(subtag) }
    return rest.count < before
  }

  private static func isRegion(_ subtag: Substring) -> Bool {
    subtag.count == 2 && isAlphabetic(subtag)
      || subtag.count == 3 && subtag.utf8.allSatisfy(isDigit)
  }

  private static func isVariant(_ subtag: Substring) -> Bool {
    subtag.count >= 5 || subtag.count == 4 && subtag.utf8.first.map(isDigit) == true
  }

  private static func isAlphabetic(_ subtag: Substring) -> Bool {
    subtag.utf8.allSatisfy { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0) }
  }

  private static func isDigit(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
  }

  private static func isAlphanumeric(_ byte: UInt8) -> Bool {
    isDigit(byte) || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
  }
}
