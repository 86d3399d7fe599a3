import LLMGateway
import Testing

@Suite("Token estimates")
struct RateLimiterEstimateTests {
  @Test("four ASCII bytes are a token, and so is every other code point")
  func input() {
    #expect(InputEstimate.tokens(in: "".utf8) == 0)
    #expect(InputEstimate.tokens(in: "abcd".utf8) == 1)
    #expect(InputEstimate.tokens(in: "abcde".utf8) == 2)
    #expect(InputEstimate.tokens(in: "äöü漢字🙂".utf8) == 6)
    #expect(InputEstimate.tokens(in: "abcd漢".utf8) == 2)
  }

  @Test("output starts at a part of what may be written, and follows the class's mean")
  func output() {
    var estimate = OutputEstimate(startFraction: 0.25)
    #expect(estimate.tokens(for: "v3/en", maxTokens: 800) == 200)
    for tokens in [100, 200, 300] { estimate.observe(tokens, for: "v3/en") }
    #expect(estimate.tokens(for: "v3/en", maxTokens: 800) == 200)
    #expect(estimate.tokens(for: "v3/de", maxTokens: 800) == 200)
    for _ in 0..<500 { estimate.observe(600, for: "v3/en") }
    #expect((595...600).contains(estimate.tokens(for: "v3/en", maxTokens: 800)))
    #expect(estimate.tokens(for: "v3/en", maxTokens: 500) == 500)
    estimate.observe(-1, for: "v3/en")
    #expect((595...600).contains(estimate.tokens(for: "v3/en", maxTokens: 800)))
    for _ in 0..<2_000 { estimate.observe(0, for: "v3/en") }
    #expect(estimate.tokens(for: "v3/en", maxTokens: 800) == 1)
  }

  @Test("classes are bounded, and those in use stay")
  func bounded() {
    var estimate = OutputEstimate(startFraction: 1, maximumClasses: 64)
    for index in 0..<10_000 {
      estimate.observe(7, for: "kept")
      estimate.observe(9, for: "class \(index)")
      #expect(estimate.count <= 64)
    }
    #expect(estimate.tokens(for: "kept", maxTokens: 100) == 7)
    #expect(estimate.tokens(for: "class 9999", maxTokens: 100) == 9)
    #expect(estimate.tokens(for: "class 1", maxTokens: 100) == 100)
  }
}
