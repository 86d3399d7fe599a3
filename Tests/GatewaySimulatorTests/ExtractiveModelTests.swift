import Testing

@testable import GatewaySimulator

@Suite("Extractive model")
struct ExtractiveModelTests {
  private func labels(_ prompt: PromptText) -> [String] {
    ExtractiveModel().answer(toMessage: prompt.message).sentences.map(\.citations[0].segment)
  }

  @Test("the segments that hold the search's words are cited, in the order of the prompt")
  func ranks() {
    let prompt = PromptText(
      "how to fold a fitted sheet",
      [
        "Laundry day": ["sort the colours", "wait for the machine"],
        "Bedding": [
          "hello and welcome", "fold the fitted sheet in half", "thanks for watching",
          "tuck one corner of the fitted sheet, then fold again",
        ],
      ])
    #expect(labels(prompt) == ["v2#1", "v2#3"])
  }

  @Test("a title that names the search lets its first steps answer")
  func titleAnswers() {
    let prompt = PromptText(
      "how to make a plaster mask",
      ["Cats": ["a cat sleeps"], "Make a Plaster Mask": ["clean the face", "wet the strips"]])
    #expect(labels(prompt) == ["v2#0", "v2#1"])
  }

  @Test("videos about something else are declined")
  func declines() {
    let prompt = PromptText(
      "how to repair a bicycle tyre", ["Soup": ["cut the carrots", "how to make it boil"]])
    #expect(ExtractiveModel().answer(toMessage: prompt.message) == .unanswerable)
    #expect(ExtractiveModel().answer(toMessage: PromptText("x", [:]).message) == .unanswerable)
  }

  @Test("the coverage asked for decides")
  func coverage() {
    let prompt = PromptText("red green blue cyan", ["T": ["a red wall"]]).message
    #expect(!ExtractiveModel().answer(toMessage: prompt).answerable)
    #expect(ExtractiveModel(minimumCoverage: 0.25).answer(toMessage: prompt).answerable)
  }

  @Test(
    "case, accents, width, plurals and unspaced scripts do not hide a match",
    arguments: [
      ("CREME BRULEE", "la crème brûlée est prête"), ("ＷＩＦＩ setup", "the wifi setup page"),
      ("pickled berries", "a pickled berry"), ("床单怎么叠", "先把床单铺平再叠好"),
      ("วิธีพับผ้าปู", "เราจะพับผ้าปูที่นอน"), ("シーツの畳み方", "まずシーツの畳み方を見ます"),
      ("김치 만들기", "오늘은 김치를 담급니다"), ("как сложить простыню", "Сложить простыню просто"),
      ("चादर कैसे मोड़ें", "अब चादर मोड़ें"),
    ])
  func folding(search: String, text: String) {
    #expect(labels(PromptText(search, ["T": ["zzz", text]])) == ["v1#1"])
  }

  @Test("a long segment is quoted up to a word boundary, and the quote stands in it")
  func longQuote() {
    let text = String(repeating: "sourdough bread rises ", count: 40)
    let answer = ExtractiveModel().answer(
      toMessage: PromptText("sourdough bread", ["T": [text]]).message)
    let quote = answer.sentences.first?.citations.first?.quote ?? ""
    #expect(text.hasPrefix(quote) && (280...300).contains(quote.count))
    #expect(["sourdough", "bread", "rises"].contains { quote.hasSuffix($0) })
    #expect(ExtractiveModel.leadingPart(of: "abc def", upTo: 3) == "abc")
    #expect(ExtractiveModel.leadingPart(of: "abc def", upTo: 5) == "abc")
    #expect(ExtractiveModel.leadingPart(of: "一二三四", upTo: 3) == "一二三")
  }

  @Test("a text said twice is cited once")
  func repeated() {
    let prompt = PromptText("tie a knot", ["T": ["tie a knot", "tie a knot", "pull it"]])
    #expect(labels(prompt).count { $0 == "v1#0" || $0 == "v1#1" } == 1)
  }

  @Test("10,000 videos are read in seconds")
  func large() {
    let steps = (0..<10).map { "step \($0): knead the dough, rest it and shape the loaf again" }
    let videos = (0..<10_000).map {
      PromptText.Video(title: "Bread \($0)", segments: steps.map { .init(text: $0) })
    }
    let message = PromptText("shape a loaf", videos).message
    let clock = ContinuousClock()
    let taken = clock.measure {
      #expect(ExtractiveModel().answer(toMessage: message).answerable)
    }
    #expect(taken < .seconds(60))
  }
}
