/// A word of a text as it is compared with others: folded, without its English ending, hashed.
///
/// A 64-bit FNV-1a hash instead of the letters: a search's videos have thousands of words, and two
/// that meet by chance (one pair in 10^19) cost one sentence at most.
struct Term: Hashable, Sendable {
  let hash: UInt64

  /// A single word, as it would be read from a text.
  init(word: String) {
    var first: Term?
    TermReader.read(word) { term, _ in if first == nil { first = term } }
    self = first ?? Term(hash: Self.basis)
  }

  init(hash: UInt64) { self.hash = hash }

  fileprivate init(bytes: ArraySlice<UInt8>) {
    var hash = Self.basis
    for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
    self.hash = hash
  }

  private static let basis: UInt64 = 0xcbf2_9ce4_8422_2325
}

/// Splits texts into terms.
///
/// A term is a run of letters, marks and digits after NFKC and case folding, with an apostrophe
/// inside; in scripts written without spaces (Han, kana, Thai, Lao, Khmer, Burmese) each pair of
/// neighbouring characters is one, since where words begin is not written.
enum TermReader {
  /// Calls `body` with each term in order, and with its letters as folded, its ending included.
  static func read(_ text: String, _ body: (Term, ArraySlice<UInt8>) -> Void) {
    if readASCII(text, body) { return }
    var word: [UInt8] = []
    func end() {
      guard !word.isEmpty else { return }
      body(Term(bytes: stem(word[...])), word[...])
      word.removeAll(keepingCapacity: true)
    }
    var unspaced: [Unicode.Scalar] = []
    func endUnspaced() {
      if unspaced.count == 1 { emit(unspaced[...], body) }
      for index in unspaced.indices.dropFirst() { emit(unspaced[(index - 1)...index], body) }
      unspaced.removeAll(keepingCapacity: true)
    }
    let folded = TextFolding.caseFolded(TextFolding.compatibilityComposed(text)).unicodeScalars
    for scalar in folded {
      if isUnspaced(scalar) {
        end()
        unspaced.append(scalar)
        continue
      }
      if !unspaced.isEmpty { endUnspaced() }
      if isWordPart(scalar) {
        word.append(contentsOf: UTF8.encode(scalar) ?? UTF8.EncodedScalar())
      } else if isApostrophe(scalar), !word.isEmpty {
        word.append(UInt8(ascii: "'"))
      } else {
        end()
      }
    }
    end()
    endUnspaced()
  }

  static func terms(of text: String) -> Set<Term> {
    var terms: Set<Term> = []
    read(text) { term, _ in terms.insert(term) }
    return terms
  }

  /// Whether the script is written without spaces between words.
  static func isUnspaced(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x0E00...0x0EFF, 0x1000...0x109F, 0x1780...0x17FF, 0x3041...0x30FF, 0x31F0...0x31FF,
      0x3400...0x4DBF, 0x4E00...0x9FFF, 0xF900...0xFAFF, 0x20000...0x3FFFF:
      isWordPart(scalar)
    default: false
    }
  }

  // MARK: Parts

  /// The same for text of ASCII alone, in one pass over its bytes; false for any other.
  private static func readASCII(
    _ text: String, _ body: (Term, ArraySlice<UInt8>) -> Void
  ) -> Bool {
    var bytes = Array(text.utf8)
    for index in bytes.indices {
      let byte = bytes[index]
      if byte >= 0x80 { return false }
      if byte >= 0x41, byte <= 0x5A { bytes[index] = byte | 0x20 }
    }
    var start = -1
    for index in 0...bytes.count {
      let byte = index < bytes.count ? bytes[index] : 0x20
      if byte >= 0x61 && byte <= 0x7A || byte >= 0x30 && byte <= 0x39 {
        if start < 0 { start = index }
      } else if start >= 0, byte != 0x27 {
        let word = bytes[start..<index]
        body(Term(bytes: stem(word)), word)
        start = -1
      }
    }
    return true
  }

  private static func emit(
    _ scalars: ArraySlice<Unicode.Scalar>, _ body: (Term, ArraySlice<UInt8>) -> Void
  ) {
    let bytes = scalars.flatMap { Array(UTF8.encode($0) ?? UTF8.EncodedScalar()) }
    body(Term(bytes: bytes[...]), bytes[...])
  }

  private static func isWordPart(_ scalar: Unicode.Scalar) -> Bool {
    if scalar.value < 0x80 {
      return (0x30...0x39).contains(scalar.value) || (0x61...0x7A).contains(scalar.value)
    }
    return switch scalar.properties.generalCategory {
    case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter,
      .nonspacingMark, .spacingMark, .decimalNumber, .letterNumber, .otherNumber:
      true
    default: false
    }
  }

  private static func isApostrophe(_ scalar: Unicode.Scalar) -> Bool {
    scalar == "'" || scalar == "\u{2019}"
  }

  /// Without the English endings -'s, -s, -es, -ies, -ed, -ing and a final e, so that "baking",
  /// "bakes" and "bake" are one; words of other letters as they are.
  ///
  /// It need not give words, only the same letters for the same word.
  private static func stem(_ word: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    var stem = word
    while stem.last == UInt8(ascii: "'") { stem.removeLast() }
    if has(stem, "'s") { stem.removeLast(2) }
    guard stem.count > 3, let last = stem.last, "sdge".utf8.contains(last),
      stem.allSatisfy({ $0 < 0x80 })
    else { return stem }
    if has(stem, "ies"), stem.count > 4 {
      stem.removeLast(3)
      return stem + [UInt8(ascii: "y")]
    }
    if has(stem, "s"), !has(stem, "ss"), !has(stem, "us"), !has(stem, "is") { stem.removeLast() }
    let ending = has(stem, "ing") ? 3 : has(stem, "ed") ? 2 : 0
    if ending > 0, stem.count >= ending + 3 {
      stem.removeLast(ending)
      // "cutting", "stirred": the letter was doubled for the ending.
      if let last = stem.last, stem.dropLast().last == last, !"lsz".utf8.contains(last) {
        stem.removeLast()
      }
    }
    if stem.last == UInt8(ascii: "e"), stem.count > 3 { stem.removeLast() }
    return stem
  }

  private static func has(_ word: ArraySlice<UInt8>, _ ending: StaticString) -> Bool {
    ending.withUTF8Buffer { word.suffix($0.count).elementsEqual($0) }
  }
}
