/// Finds text in a video that speaks to whoever writes about it instead of to whoever watches it.
///
/// What it finds is kept from the model: markup and code, words about prompts and replies, and,
/// where the text has nothing to do with the search or its video, questions and writing tasks
/// ("Explain the theory of relativity."), which are how hidden instructions read. It knows English
/// only and is the first of two lines: ``Verifier`` does not rely on it.
///
/// A transcript loses a stretch that is flagged wrongly and nothing else, so doubt flags.
struct Suspicion {
  /// Terms of the search, and of the titles and captions of its videos.
  private let topic: Set<Term>

  init(topic: Set<Term>) { self.topic = topic }

  func isSuspicious(_ text: String) -> Bool {
    var terms: [Term] = []
    TermReader.read(text) { term, _ in terms.append(term) }
    return isSuspicious(text, terms: terms)
  }

  /// - Parameter terms: Of the text, in order.
  func isSuspicious(_ text: String, terms: [Term]) -> Bool {
    let look = Look(text)
    guard look.hasCode || look.asks || Self.hasSignal(terms) else { return false }
    if look.hasCode, CodeText.isCode(text) || UnsafeText.isUnsafe(text, allowingLineBreaks: true) {
      return true
    }
    let words = Words(text)
    if words.mentionsInstructions || words.addressesReply { return true }
    return (look.asks || words.asks || words.setsTask) && isOffTopic(terms)
  }

  /// A word that only the rules below need, or one of asking where a sentence begins.
  private static func hasSignal(_ terms: [Term]) -> Bool {
    if let first = terms.first, Vocabulary.interrogativeTerms.contains(first) { return true }
    if terms.prefix(4).contains(where: Vocabulary.taskTerms.contains) { return true }
    return terms.contains(where: Vocabulary.signals.contains)
  }

  /// It shares no word with what was searched for and what the videos are about.
  private func isOffTopic(_ terms: [Term]) -> Bool {
    let small = FunctionWords.terms(of: "en")
    return !terms.contains { topic.contains($0) && !small.contains($0) }
  }

  /// What one pass over the bytes tells: enough to pass over nearly every segment.
  private struct Look {
    var hasCode = false
    var asks = false

    init(_ text: String) {
      var run = 0
      var last: UInt8 = 0x20
      for byte in text.utf8 {
        switch byte {
        case UInt8(ascii: "?"): asks = true
        case UInt8(ascii: "<"), UInt8(ascii: "{"), UInt8(ascii: "["), UInt8(ascii: "\\"),
          UInt8(ascii: "@"), UInt8(ascii: "="), UInt8(ascii: "`"), UInt8(ascii: "_"),
          UInt8(ascii: "|"):
          hasCode = true
        case UInt8(ascii: "("): hasCode = hasCode || last > 0x2F
        default: break
        }
        // "example.com", "a://b", "x);", "&lt;": nothing of it stands in speech.
        let joins =
          last == UInt8(ascii: ".") || last == UInt8(ascii: ":") || last == UInt8(ascii: "&")
        if joins, byte > 0x20, !(0x30...0x39).contains(byte), byte != last { hasCode = true }
        if last == UInt8(ascii: ")"), byte == UInt8(ascii: ";") { hasCode = true }
        run = byte > 0x20 ? run + 1 : 0
        if run >= 24 { hasCode = true }
        last = byte
      }
      // Question marks of other scripts; both begin with these bytes.
      if !asks, text.utf8.contains(where: { $0 == 0xEF || $0 == 0xD8 }) {
        asks = text.unicodeScalars.contains { $0 == "\u{FF1F}" || $0 == "\u{61F}" }
      }
    }
  }

  /// The words of a text in lower case, in order.
  private struct Words {
    private let words: [String]

    init(_ text: String) {
      var words: [String] = []
      TermReader.read(text) { _, word in words.append(String(decoding: word, as: UTF8.self)) }
      self.words = words
    }

    var mentionsInstructions: Bool {
      words.indices.contains { index in
        Vocabulary.phrasesByFirst[words[index]]?.contains {
          words[index...].starts(with: $0)
        } == true
      }
    }

    /// "your answer", "in this reply".
    var addressesReply: Bool {
      words.indices.contains { index in
        Vocabulary.replies.contains(words[index])
          && words[max(0, index - 3)..<index].contains { $0 == "your" || $0 == "youre" }
      }
    }

    var asks: Bool { words.first.map(Vocabulary.interrogatives.contains) ?? false }

    /// A verb of writing or telling where an order begins.
    var setsTask: Bool {
      let opening = words.drop { Vocabulary.politeness.contains($0) }
      guard let verb = opening.first else { return false }
      return Vocabulary.tasks.contains(verb)
    }
  }

  private enum Vocabulary {
    static let replies = set("answer answers response responses reply replies message output")
    /// Others ("do", "can") begin orders as well; those questions have their mark.
    static let interrogatives = set("what what's who who's whose why how when where which")
    static let politeness = set("please first then now also and just kindly can could you")
    /// What people ask of a model and nobody does with their hands.
    static let tasks = set(
      """
      explain translate summarize summarise draft compose develop generate output print display \
      encode decode discuss outline paraphrase rewrite respond reply answer misspell scramble \
      jumble rearrange anagram render ignore disregard forget pretend integrate augment enhance \
      recommend recite reveal
      """)
    static let phrasesByFirst = Dictionary(
      grouping: phrases.map { $0.split(separator: " ").map(String.init) }, by: { $0[0] })

    private static let phrases = [
      "system prompt", "system message", "system instructions", "system configuration",
      "systemprompt", "initial prompt", "initial instructions", "initial configuration",
      "previous instructions", "prior instructions", "above instructions", "starting instructions",
      "my instructions", "your instructions", "these instructions", "the instructions you",
      "those instructions", "instructions you were", "instructions above", "new instructions",
      "was instructed", "were you told", "you were given", "you were told", "you are now",
      "you are an ai", "as an ai", "language model", "chatgpt", "ai assistant", "the assistant",
      "initialization string", "maintenance mode", "developer mode", "debugging this system",
      "administrator override", "admin override", "this conversation", "entire conversation",
      "text above", "above text", "ignore previous", "ignore all", "ignore the above",
      "disregard previous", "disregard all", "disregard the above", "not supposed to tell",
      "base64", "rot13", "code block", "in json", "as json", "your prompt", "the prompt",
      "jailbreak", "prompt injection", "inst", "im start", "im end", "break down the plot",
      "replace vowels", "replace letters", "every third", "every fourth",
      "write a short", "write a story", "write a poem", "write an essay", "write a letter",
      "write me", "a poem about", "an essay about", "the lifecycle", "life cycle of",
      "provide an example", "provide the spanish", "provide your", "tell me", "show me your",
    ]

    static let interrogativeTerms = Set(interrogatives.map(Term.init(word:)))
    static let taskTerms = Set(tasks.map(Term.init(word:)))

    /// Of each phrase the words that speech does not have at every turn.
    static let signals: Set<Term> = Set(
      (Array(replies) + phrases.flatMap { $0.split(separator: " ").map(String.init) })
        .map(Term.init(word:))
    ).subtracting(FunctionWords.terms(of: "en"))

    private static func set(_ words: String) -> Set<String> {
      Set(words.split(separator: " ").map(String.init))
    }
  }
}
