/// A stand-in for a language model that makes things up.
///
/// Its answers hold every sentence of the ``ExtractiveModel``'s, and among them false ones of the
/// kinds of ``Lie``. Where the extractive model declines, the liar answers with lies only. The same
/// seed and prompt give the same answer.
public struct LiarModel: Sendable {
  /// What gives the true sentences.
  public var honest: ExtractiveModel
  /// Another one gives other lies to the same prompt.
  public var seed: UInt64
  /// The most lies of an answer; there is always one, where the prompt allows any.
  public var maximumLies: Int

  /// A model with the defaults: 1 to 4 lies.
  public init(honest: ExtractiveModel = ExtractiveModel(), seed: UInt64 = 0, maximumLies: Int = 4) {
    self.honest = honest
    self.seed = seed
    self.maximumLies = maximumLies
  }

  /// Answers the text of a user message; one that is not a highlight prompt is declined.
  public func answer(toMessage text: String) -> ExtractiveAnswer {
    guard let prompt = try? ExtractivePrompt(parsing: text) else { return .unanswerable }
    var random = UnitRandom(seed: seed, text: text)
    let reply = reply(to: prompt, &random)
    let sentences = random.shuffled(reply.truths + reply.lies.map(\.sentence))
    return ExtractiveAnswer(answerable: !sentences.isEmpty, sentences: sentences)
  }

  /// An answer before it is shuffled.
  struct Reply {
    let truths: [ExtractiveAnswer.Sentence]
    let lies: [(kind: Lie, sentence: ExtractiveAnswer.Sentence)]
  }

  /// The true sentences and the lies, each of another kind.
  func reply(to prompt: ExtractivePrompt, _ random: inout UnitRandom) -> Reply {
    let truths = honest.answer(to: prompt).sentences
    var writer = LieWriter(prompt, honest, truths: truths, random)
    let count = 1 + random.below(max(1, maximumLies))
    var lies: [(kind: Lie, sentence: ExtractiveAnswer.Sentence)] = []
    for kind in random.shuffled(Lie.allCases) where lies.count < count {
      guard let sentence = writer.sentence(kind),
        !lies.contains(where: { $0.sentence.text == sentence.text })
      else { continue }
      lies.append((kind, sentence))
    }
    return Reply(truths: truths, lies: lies)
  }
}
