/// Finds what a gullible model obeys: far more than what is meant as an instruction.
///
/// It would rather take a harmless step for an order than miss one, since what it misses a
/// verifier is never tried against. It takes time linear in the prompt.
struct InstructionFinder: Sendable {
  private let triggers: [String]

  /// - Parameter triggers: a word that contains one of them, in any case, makes an instruction.
  init(triggers: [String]) {
    self.triggers = triggers.map(Self.fold).filter { !$0.isEmpty }
  }

  /// The instructions of a prompt: those with a trigger first, then by how many signs they show,
  /// then as they stand.
  func instructions(in prompt: ExtractivePrompt) -> [Instruction] {
    var found: [Instruction] = []
    // A search is a question by its nature.
    if let search = instruction("search", prompt.search, ignoring: .question) {
      found.append(search)
    }
    for (number, video) in prompt.videos.enumerated() {
      if let heading = instruction("v\(number + 1)", video.heading) { found.append(heading) }
      found += video.segments.compactMap { instruction($0.label, $0.text) }
    }
    func rank(_ instruction: Instruction) -> (Int, Int) {
      (instruction.signs.contains(.trigger) ? 0 : 1, -instruction.signs.count)
    }
    return found.enumerated().sorted {
      let (first, second) = (rank($0.element), rank($1.element))
      return first == second ? $0.offset < $1.offset : first < second
    }.map(\.element)
  }

  private func instruction(
    _ label: String, _ text: String, ignoring ignored: Instruction.Signs = []
  ) -> Instruction? {
    let (signs, words) = signs(of: text)
    let counted = signs.subtracting(ignored)
    guard !counted.isEmpty else { return nil }
    return Instruction(label: label, text: text, signs: counted, triggerWords: words)
  }

  /// What `text` shows, and its words with a trigger.
  func signs(of text: String) -> (signs: Instruction.Signs, triggerWords: [String]) {
    let folded = Self.fold(text)
    var signs = Self.signs(ofWordsIn: folded)
    if Self.holds(folded, anyOf: InstructionWords.markup) { signs.insert(.markup) }
    if Self.holds(folded, anyOf: InstructionWords.unspacedMentions) { signs.insert(.mention) }
    let words = triggerWords(in: text, folded)
    if !words.isEmpty { signs.insert(.trigger) }
    return (signs, words)
  }

  private static func signs(ofWordsIn folded: String) -> Instruction.Signs {
    var signs: Instruction.Signs = []
    var word = ""
    // Whether only polite words have come since the last mark of punctuation.
    var isBeginning = true
    func endWord() {
      guard !word.isEmpty else { return }
      if InstructionWords.mentions.contains(TermReader.stem(word)) { signs.insert(.mention) }
      if isBeginning, !InstructionWords.polite.contains(word) {
        if InstructionWords.requests.contains(word) { signs.insert(.request) }
        if InstructionWords.questions.contains(word) { signs.insert(.question) }
        isBeginning = false
      }
      word = ""
    }
    for scalar in folded.unicodeScalars {
      switch ScriptClass(scalar) {
      case .spaced, .unspaced, .joiner: word.unicodeScalars.append(scalar)
      case .separator:
        endWord()
        if !scalar.properties.isWhitespace { isBeginning = true }
        if scalar == "?" || scalar == "؟" { signs.insert(.question) }
      }
    }
    endWord()
    if folded.utf8.split(separator: UInt8(ascii: " ")).contains(where: isGibberish) {
      signs.insert(.gibberish)
    }
    return signs
  }

  private func triggerWords(in text: String, _ folded: String) -> [String] {
    guard Self.holds(folded, anyOf: triggers) else { return [] }
    var words: [String] = []
    for word in text.split(whereSeparator: \.isWhitespace) {
      guard Self.holds(Self.fold(String(word)), anyOf: triggers) else { continue }
      let bare = word.trimmed { !$0.isLetter && !$0.isNumber }
      if !words.contains(bare), words.count < 8 { words.append(bare) }
    }
    // A trigger with a space in it is no part of one word.
    return words.isEmpty ? [text] : words
  }

  /// Whether one of the parts stands in the text, byte for byte: characters are far slower.
  static func holds(_ text: String, anyOf parts: [String]) -> Bool {
    var text = text
    return text.withUTF8 { bytes in
      parts.contains { part in
        let part = part.utf8
        guard let first = part.first, part.count <= bytes.count else { return false }
        return (0...(bytes.count - part.count)).contains { start in
          bytes[start] == first && bytes[start...].starts(with: part)
        }
      }
    }
  }

  private static func isGibberish(_ word: Substring.UTF8View) -> Bool {
    word.count >= 24 && word.allSatisfy { $0 < 0x80 }
      && word.contains { (0x30...0x39).contains($0) }
      && word.contains { (0x61...0x7A).contains($0) }
  }

  /// As terms are folded, and without characters that are not seen.
  static func fold(_ text: String) -> String {
    if text.utf8.allSatisfy({ $0 < 0x80 }) { return text.lowercased() }
    var scalars = TermReader.fold(text).unicodeScalars
    scalars.removeAll { $0.properties.generalCategory == .format }
    return String(scalars)
  }
}

extension StringProtocol {
  /// What is left without the characters at both ends that `isTaken` accepts.
  func trimmed(_ isTaken: (Character) -> Bool) -> String {
    guard let first = firstIndex(where: { !isTaken($0) }),
      let last = lastIndex(where: { !isTaken($0) })
    else { return "" }
    return String(self[first...last])
  }
}
