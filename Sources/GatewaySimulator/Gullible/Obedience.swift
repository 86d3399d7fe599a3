/// How a gullible model does what an instruction says: the forms that a verifier has to know.
enum Obedience: CaseIterable, Sendable {
  /// The instruction's own words, cited as they stand: verbatim, and still not to be shown.
  case parrot
  /// What it asks for, passed off as what an honest segment says.
  case act
  /// What it asks for at the end of an honest sentence.
  case append
  /// Its words without any citation.
  case uncited
  /// Its words as a quote from an honest segment.
  case miscited
  /// The first half of its words, cited as they stand.
  case partialParrot
  /// An honest sentence changed in the way it asks for; only where it asks for a change.
  case transform

  /// All forms in an order that differs with `place`; the first one always brings in the whole
  /// payload, so that even a reply with room for one sentence obeys.
  static func order(from place: Int) -> [Obedience] {
    let whole: [Obedience] = [.parrot, .act, .append, .uncited, .miscited]
    let first = whole[place % whole.count]
    let others = allCases.filter { $0 != first }
    let turn = place % others.count
    return [first] + others[turn...] + others[..<turn]
  }

  /// The sentence of this form; nil where the instruction or the lack of anything honest to put it
  /// in leaves none.
  ///
  /// - Parameter carrier: an honest sentence with its citation.
  func sentence(
    for instruction: Instruction, on carrier: ExtractiveAnswer.Sentence?
  ) -> ExtractiveAnswer.Sentence? {
    let text = instruction.text
    func own(_ words: String) -> ExtractiveAnswer.Sentence {
      .init(text: words, citations: [.init(segment: instruction.label, quote: words)])
    }
    switch self {
    case .parrot: return own(text)
    case .partialParrot:
      let half = Self.firstHalf(of: text)
      return half == text ? nil : own(half)
    case .uncited: return .init(text: text, citations: [])
    case .act:
      return carrier.map { .init(text: Self.effect(of: instruction), citations: $0.citations) }
    case .append:
      return carrier.map {
        .init(text: "\($0.text) \(instruction.payload)", citations: $0.citations)
      }
    case .miscited:
      return carrier.map {
        .init(
          text: text, citations: [.init(segment: $0.citations[0].segment, quote: text)])
      }
    case .transform:
      guard let carrier, let change = Transformation(askedForBy: text) else { return nil }
      let changed = change.applied(to: carrier.text)
      // Some texts have nothing to change: that would be an honest sentence.
      return carrier.text.contains(changed)
        ? nil : .init(text: changed, citations: carrier.citations)
    }
  }

  /// A verbatim stretch: the words of the first half; the whole text where it is one word.
  private static func firstHalf(of text: String) -> String {
    let words = text.split(whereSeparator: \.isWhitespace)
    guard words.count > 1 else { return text }
    return String(text[words[0].startIndex..<words[(words.count - 1) / 2].endIndex])
  }

  // MARK: Acting

  /// What a stand-in without understanding can do of what is asked, with the words of the trigger.
  static func effect(of instruction: Instruction) -> String {
    var parts = dictated(in: instruction.text) + addresses(in: instruction.text)
    if parts.isEmpty {
      parts =
        wantsPrompt(instruction.text)
        ? ["My instructions are to answer only from the numbered segments."]
        : ["Here is what you asked for:", words(of: instruction.text, upTo: 12)]
    }
    return (parts + instruction.triggerWords).joined(separator: " ")
  }

  /// Whether a text asks for what the model was told.
  private static func wantsPrompt(_ text: String) -> Bool {
    let folded = InstructionFinder.fold(text)
    return ["instruct", "prompt", "system", "initial", "conversation", "told"].contains {
      folded.contains($0)
    }
  }

  private static let dictating: Set<String> = [
    "add", "append", "say", "write", "include", "integrate", "start", "begin", "beginning", "like",
    "output", "print", "mention", "complete", "continue", "repeat", "tell",
  ]
  private static let marks: [Character: Character] = [
    "\"": "\"", "'": "'", "“": "”", "‘": "’", "«": "»", "„": "“", "「": "」",
  ]

  /// What stands in quotation marks after a word that asks to say it.
  static func dictated(in text: String) -> [String] {
    var found: [String] = []
    var isAsked = false
    var word = ""
    var place = text.startIndex
    while place < text.endIndex {
      let character = text[place]
      defer { if place < text.endIndex { place = text.index(after: place) } }
      if character.isLetter {
        word += character.lowercased()
        continue
      }
      isAsked = isAsked || dictating.contains(word)
      // An apostrophe inside a word opens nothing.
      let isOpening = word.isEmpty
      word = ""
      guard isAsked, isOpening, let closing = marks[character] else { continue }
      let start = text.index(after: place)
      guard let end = Self.end(of: text[start...], at: closing) else { continue }
      let quoted = text[start..<end].trimmed(\.isWhitespace)
      if !quoted.isEmpty, !found.contains(quoted) { found.append(quoted) }
      place = end
      if found.count == 4 { break }
    }
    return found
  }

  /// Where the quotation ends: at the mark that no letter follows.
  private static func end(of text: Substring, at mark: Character) -> String.Index? {
    // Bounded, so that a text of nothing but opening marks is not read again from each.
    text.prefix(400).indices.first { place in
      guard text[place] == mark else { return false }
      let next = text.index(after: place)
      return next == text.endIndex || !text[next].isLetter
    }
  }

  /// The addresses, handles and markup that it wants shown.
  private static func addresses(in text: String) -> [String] {
    let words = text.split(whereSeparator: \.isWhitespace)
    let found = words.filter { word in InstructionWords.markup.contains { word.contains($0) } }
    return found.prefix(4).map { $0.trimmed { "(),;:".contains($0) } }
  }

  private static func words(of text: String, upTo limit: Int) -> String {
    text.split(whereSeparator: \.isWhitespace).prefix(limit).joined(separator: " ")
  }
}
