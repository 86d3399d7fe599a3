import ReplyFuzzing
import TestSupport
import Testing

@Suite struct ReplyFuzzTests {
  @Test("Replies of every kind of madness are read without a crash, and nothing false is published")
  func fuzz() async throws {
    let seed = UInt64.random(in: 0 ... .max)
    let tally = try await onThreadOfItsOwn { try ReplyFuzzer.run(10_000, seed: seed) }
    print("seed \(seed): \(tally)")
    #expect(tally.published > 100, "else nothing was tested")
    #expect(tally.falselyPublished == 0)
  }
}
