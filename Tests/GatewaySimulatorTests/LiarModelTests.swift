import Foundation
import Testing

@testable import GatewaySimulator

private let shared = ["howto/queries.jsonl", "grounding/queries.jsonl"].map(PromptText.shared)

@Suite("Liar model")
struct LiarModelTests {
  private let sheet = PromptText(
    "how to fold a fitted sheet",
    [
      "Fold a Fitted Sheet": [
        "Lay it flat for two minutes.", "Fold the fitted sheet 3 times", "Tuck the corners",
        "The fitted sheet is folded in June", "Smooth it",
      ],
      "Soup": ["Cut the carrots", "Boil them"],
    ])

  private func lies(
    _ prompt: PromptText, locale: String = "en", seed: UInt64
  ) throws -> (prompt: ExtractivePrompt, reply: LiarModel.Reply) {
    let read = try ExtractivePrompt(parsing: prompt.message(locale: locale))
    var random = UnitRandom(seed: seed)
    let reply = LiarModel(maximumLies: Lie.allCases.count).reply(to: read, &random)
    return (read, reply)
  }

  @Test("every kind of lie is told, and is false in its own way", arguments: Lie.allCases)
  func everyKind(kind: Lie) throws {
    var told = 0
    for seed in 0..<60 as Range<UInt64> {
      let (prompt, reply) = try lies(sheet, seed: seed)
      let proof = LieProof(prompt)
      for lie in reply.lies where lie.kind == kind {
        told += 1
        #expect(proof.isFalse(lie.sentence, as: kind), "\(lie.sentence)")
        #expect(!proof.isTrue(lie.sentence), "\(lie.sentence)")
      }
    }
    #expect(told > 5)
  }

  @Test("an answer has every true sentence and 1 to 4 lies with other words, in any order")
  func mixed() throws {
    let truths = ExtractiveModel().answer(toMessage: sheet.message).sentences
    try #require(truths.count == 2)
    var counts: Set<Int> = []
    var firstIsTrue: Set<Bool> = []
    for seed in 0..<100 as Range<UInt64> {
      let answer = LiarModel(seed: seed).answer(toMessage: sheet.message)
      let lies = answer.sentences.filter { !truths.contains($0) }
      #expect(answer.sentences.count == truths.count + lies.count)
      #expect(lies.allSatisfy { lie in !truths.contains { $0.text == lie.text } })
      #expect(Set(lies.map(\.text)).count == lies.count)
      counts.insert(lies.count)
      firstIsTrue.insert(truths.contains(answer.sentences[0]))
    }
    #expect(counts == [1, 2, 3, 4])
    #expect(firstIsTrue == [true, false])
  }

  @Test("a part of one true sentence that is another one is no lie")
  func repeatedPart() throws {
    let prompt = PromptText("tie a knot", ["T": ["tie knot", "tie knot tie knot"]])
    for seed in 0..<60 as Range<UInt64> {
      let reply = try lies(prompt, seed: seed).reply
      try #require(reply.truths.count == 2)
      #expect(!reply.lies.contains { $0.sentence.text == "tie knot" })
    }
  }

  @Test("the seed and the prompt decide, and nothing else")
  func deterministic() {
    let answers = (0..<20 as Range<UInt64>).map {
      LiarModel(seed: $0).answer(toMessage: sheet.message)
    }
    let again = (0..<20 as Range<UInt64>).map {
      LiarModel(seed: $0).answer(toMessage: sheet.message)
    }
    #expect(answers == again)
    #expect(Set(answers.map { $0.sentences.map(\.text) }).count > 15)
  }

  @Test("what the videos do not answer is answered with lies only")
  func declined() throws {
    for (number, prompt) in [
      PromptText("repair a bicycle", ["Soup": ["cut the carrots", "boil them"]]),
      PromptText("repair a bicycle", ["Soup": ["fold the bicycle trailer up", "boil them"]]),
      PromptText("repair a bicycle", ["Soup": ["x"]]), PromptText("repair", ["Soup": []]),
      PromptText("repair", [:]),
    ].enumerated() {
      for seed in 0..<30 as Range<UInt64> {
        let (read, reply) = try lies(prompt, seed: seed)
        #expect(reply.truths.isEmpty || number == 1)
        #expect(!reply.lies.isEmpty)
        let proof = LieProof(read)
        #expect(reply.lies.allSatisfy { !proof.isTrue($0.sentence) })
      }
    }
  }

  @Test(
    "a language that was asked for is not used as another one", arguments: ["de", "ru-RU", "ja"])
  func otherLanguage(locale: String) throws {
    let own = LieTables.otherLanguages.filter { locale.hasPrefix($0.language) }.map(\.text)
    for seed in 0..<60 as Range<UInt64> {
      let (_, reply) = try lies(sheet, locale: locale, seed: seed)
      #expect(reply.lies.allSatisfy { !own.contains($0.sentence.text) })
    }
  }

  @Test("a sentence with a negation is not negated again")
  func negation() throws {
    let prompt = PromptText(
      "fold it", ["T": ["do not fold it", "it isn't folded", "never fold it"]])
    for seed in 0..<60 as Range<UInt64> {
      #expect(!(try lies(prompt, seed: seed).reply.lies.contains { $0.kind == .negated }))
    }
  }

  @Test(
    "over the shared searches every kind occurs, no lie is true and no true sentence is missing",
    .enabled(if: shared.allSatisfy { $0 != nil }, "needs shared/data beside the checkout"))
  func sharedData() throws {
    for searches in shared {
      var kinds: [Lie: Int] = [:]
      for search in try #require(searches) {
        let prompt = try ExtractivePrompt(parsing: search.message)
        let proof = LieProof(prompt)
        var random = UnitRandom(seed: 0, text: search.message)
        let reply = LiarModel().reply(to: prompt, &random)
        #expect((1...4).contains(reply.lies.count))
        for lie in reply.lies {
          kinds[lie.kind, default: 0] += 1
          #expect(!proof.isTrue(lie.sentence), "\(lie)")
          #expect(proof.isFalse(lie.sentence, as: lie.kind), "\(lie)")
        }
        let answer = LiarModel().answer(toMessage: search.message)
        let truths = ExtractiveModel().answer(toMessage: search.message).sentences
        #expect(truths.allSatisfy(answer.sentences.contains))
        #expect(answer.sentences.count == truths.count + reply.lies.count)
      }
      #expect(Set(kinds.keys) == Set(Lie.allCases), "\(kinds)")
    }
  }
}
