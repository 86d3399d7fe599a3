import ArgumentParser
import HighlightStore
import Highlights
import HighlightsProtocol
import SwiftProtobuf

/// `highlights lookup`: one highlight from the store.
struct LookupCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "lookup",
    abstract: "Shows the highlight of a search, from the store; exit code 1 when there is none.")

  @Argument(help: "The search, as a person would type it.")
  var query: String

  @Option(help: "BCP 47 language tag of the search.")
  var locale: String = ""

  @Flag(help: "Print protobuf JSON on one line.")
  var json = false

  @OptionGroup var common: CommonOptions

  func run() async throws {
    let settings = try common.settings()
    var wire = SearchQuery()
    wire.text = query
    wire.locale = locale
    let search: Search
    do { search = try Search(wire, fallbackID: "lookup", limits: settings.searchLimits) } catch {
      throw ValidationError("\(error)")
    }
    let store = try settings.store.open(reading: true).store
    let highlight = try await store.highlight(forKey: search.key.description)
    try await store.close()
    guard let highlight else {
      Talk.say("no highlight for \"\(query)\" in \(search.locale) (key \(search.key))")
      throw ExitCode.failure
    }
    if json {
      Output.line(try highlight.jsonString())
    } else {
      HighlightText(highlight: highlight).lines.forEach(Output.line)
    }
  }
}
