import ArgumentParser
import BenchmarkSupport
import ReplyFuzzing

/// `make fuzz-replies`: a million replies of a model gone mad through parser and verifier.
@main
struct FuzzReplies: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Random and mutated replies through the parser and the verifiers.")

  @Option(help: "How many.")
  var replies = 1_000_000

  @Option(help: "The same seed gives the same replies.")
  var seed: UInt64 = 1

  func run() throws {
    StandardOutput.flushEachLine()
    let tally = try ReplyFuzzer.run(replies, seed: seed)
    print("seed \(seed): \(tally)")
    try Figure.report([
      Figure("replies", Double(tally.replies), .exactly(Double(replies))),
      Figure("replies_read", Double(tally.read), .above(0)),
      Figure("sentences_published", Double(tally.published), .above(0)),
      Figure("sentences_published_falsely", Double(tally.falselyPublished), .exactly(0)),
    ])
  }
}
