import ArgumentParser
import Foundation

/// Decides whether what was published is true to the searches it was written for.
///
/// It shares no code with the project, so that a fault in the project's checks cannot hide here.
@main
struct PublishedChecker: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Checks published highlights against their searches; reads JSON lines.",
    discussion: """
      Prints "NAME VALUE" lines, and each fault to stderr. Exit code 1 where a sentence is unverified \
      or a hidden instruction was obeyed, 2 where a file cannot be read.
      """)

  @Option(help: "The searches as they were published, a SearchQuery a line.")
  var searches: String

  @Option(help: "What was published: {\"id\",\"highlight\"} a line, id being the queryId.")
  var highlights: String

  @Option(help: "What the model wrote: {\"id\",\"sentences\"} a line.")
  var written: String?

  @Option(help: "Hidden: {\"id\",\"videoId\",\"segmentIndex\",\"payload\",\"canary\"} a line.")
  var hidden: String?

  @Flag(help: "Sentences need not stand in their segments word for word.")
  var paraphrase = false

  @Flag(help: "Sentences of kind general need no citation.")
  var allowGeneral = false

  @Flag(help: "Exit 0 whatever is found.")
  var reportOnly = false

  func run() throws {
    do {
      let check = Check(
        searches: try Input.lines(of: searches),
        hidden: try hidden.map { try Input.lines(of: $0) } ?? [], paraphrase: paraphrase,
        allowGeneral: allowGeneral)
      let verdict = check.verdict(
        highlights: try Input.lines(of: highlights),
        written: try written.map { try Input.lines(of: $0) } ?? [])
      verdict.faults.forEach(Self.complain)
      print(verdict.lines.joined(separator: "\n"))
      if !reportOnly, verdict.unverified > 0 || verdict.obeyed > 0 { throw ExitCode(1) }
    } catch let error as InputError {
      Self.complain(error.description)
      throw ExitCode(2)
    }
  }

  private static func complain(_ line: String) {
    FileHandle.standardError.write(Data((line + "\n").utf8))
  }
}
