import Testing

@testable import GatewaySimulator

private let howTo = PromptText.shared("howto/queries.jsonl")

@Suite("Extractive model on how-to searches")
struct SharedDataTests {
  @Test(
    "nearly every search is answered, by quotes that stand in their segments",
    .enabled(if: howTo != nil, "needs shared/data/howto beside the checkout"))
  func answersHowTo() throws {
    let searches = try #require(howTo)
    try #require(searches.count > 300)
    var answered = 0
    for search in searches {
      let prompt = try ExtractivePrompt(parsing: search.message)
      let answer = ExtractiveModel().answer(to: prompt)
      #expect(answer.answerable != answer.sentences.isEmpty)
      if answer.answerable { answered += 1 }
      let texts = Dictionary(
        uniqueKeysWithValues: prompt.videos.flatMap(\.segments).map { ($0.label, $0.text) })
      for citation in answer.sentences.flatMap(\.citations) {
        let text = try #require(texts[citation.segment])
        #expect(!citation.quote.isEmpty && text.contains(citation.quote))
      }
    }
    #expect(answered * 100 >= searches.count * 95)
  }

  @Test(
    "nearly every search over another one's videos is declined",
    .enabled(if: howTo != nil, "needs shared/data/howto beside the checkout"))
  func declinesOffTopic() throws {
    let searches = try #require(howTo)
    let half = searches.count / 2
    let declined = searches.indices.count { number in
      let videos = searches[(number + half) % searches.count].videos
      let message = PromptText(searches[number].text, videos).message
      return !ExtractiveModel().answer(toMessage: message).answerable
    }
    #expect(declined * 100 >= searches.count * 95)
  }
}
