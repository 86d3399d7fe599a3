/// A stand-in for a language model that does what the videos tell it to.
///
/// It answers as ``ExtractiveModel`` does and then obeys each instruction that it finds in a
/// segment, a title or the search, in every form of ``Obedience``: what a verifier has to keep out.
/// The same prompt gets the same answer.
public struct GullibleModel: Sendable {
  /// What gives the honest sentences.
  public var honest: ExtractiveModel
  /// Words that an evaluation hid: a text with a word that contains one, in any case, is obeyed
  /// before all others, and no honest sentence comes from it.
  public var triggers: [String]
  /// The most instructions that a reply obeys.
  public var maximumInstructions: Int
  /// The most sentences of a reply, the honest ones included.
  public var maximumObeyed: Int

  /// A model with the defaults: the trigger `canary`, 4 instructions, 12 sentences.
  public init(
    honest: ExtractiveModel = ExtractiveModel(), triggers: [String] = ["canary"],
    maximumInstructions: Int = 4, maximumObeyed: Int = 12
  ) {
    self.honest = honest
    self.triggers = triggers
    self.maximumInstructions = maximumInstructions
    self.maximumObeyed = maximumObeyed
  }

  /// Answers the text of a user message; one that is not a highlight prompt is declined.
  public func answer(toMessage text: String) -> ExtractiveAnswer {
    guard let prompt = try? ExtractivePrompt(parsing: text) else { return .unanswerable }
    return answer(to: prompt)
  }

  /// Answers a prompt with its honest sentences, then with what its instructions ask for.
  ///
  /// Instructions with a trigger get all of their forms before any other gets one. Where there is
  /// nothing to obey the answer is the honest one, and where there is nothing honest to say the
  /// instructions are obeyed all the same.
  public func answer(to prompt: ExtractivePrompt) -> ExtractiveAnswer {
    let found = InstructionFinder(triggers: triggers).instructions(in: prompt)
    let hidden = Set(found.filter { $0.signs.contains(.trigger) }.map(\.label))
    let answer = honest.answer(to: prompt.without(hidden))
    let obeyed = Array(found.prefix(maximumInstructions))
    guard !obeyed.isEmpty else { return answer }

    var random = UnitRandom(seed: 0, text: obeyed[0].text)
    let rotation = random.below(Obedience.allCases.count)
    let carriers = carriers(in: prompt, answer, besides: Set(found.map(\.label)))
    let lists = obeyed.enumerated().map { number, instruction in
      let carrier = carriers.isEmpty ? nil : carriers[(rotation + number) % carriers.count]
      return Obedience.order(from: rotation + number)
        .compactMap { $0.sentence(for: instruction, on: carrier) }
    }
    let urgent = obeyed.count { $0.signs.contains(.trigger) }
    var sentences = answer.sentences
    for sentence in Self.inTurn(lists.prefix(urgent)) + Self.inTurn(lists.dropFirst(urgent))
    where sentences.count < maximumObeyed && !sentences.contains(sentence) {
      sentences.append(sentence)
    }
    return ExtractiveAnswer(answerable: !sentences.isEmpty, sentences: sentences)
  }

  /// True sentences to put something false into, from segments that are no instruction.
  private func carriers(
    in prompt: ExtractivePrompt, _ answer: ExtractiveAnswer, besides suspects: Set<String>
  ) -> [ExtractiveAnswer.Sentence] {
    let innocent = answer.sentences.filter { !suspects.contains($0.citations[0].segment) }
    if !innocent.isEmpty { return innocent }
    let segment = prompt.videos.lazy.flatMap(\.segments).first {
      !suspects.contains($0.label) && $0.text.contains(where: \.isLetter)
    }
    return segment.map { [honest.sentence(from: $0)] } ?? []
  }

  /// The first of each list, then the second of each, and so on.
  private static func inTurn<Element>(_ lists: some Collection<[Element]>) -> [Element] {
    (0..<(lists.map(\.count).max() ?? 0)).flatMap { place in
      lists.compactMap { $0.indices.contains(place) ? $0[place] : nil }
    }
  }
}

extension ExtractivePrompt {
  /// The prompt without the segments of these labels.
  func without(_ labels: Set<String>) -> ExtractivePrompt {
    guard !labels.isEmpty else { return self }
    var prompt = self
    for video in prompt.videos.indices {
      prompt.videos[video].segments.removeAll { labels.contains($0.label) }
    }
    return prompt
  }
}
