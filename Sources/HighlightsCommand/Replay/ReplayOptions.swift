import ArgumentParser
import Control
import Foundation
import HighlightsProtocol
import Replay

/// Where messages of a replay come from.
enum ReplayOrigin: String, CaseIterable, ExpressibleByArgument {
  case queries, highlights
  case deadLetters = "dead-letters"
}

/// In which order they are published.
enum ReplayOrder: String, CaseIterable, ExpressibleByArgument {
  case offsets, traffic
}

/// Which messages a replay is about.
struct ReplayChoice: ParsableArguments {
  @Option(help: "The topic: queries, highlights (only with --to-store) or dead-letters.")
  var from = ReplayOrigin.queries

  @Option(help: "Messages from then on, by their own time.")
  var since: String?

  @Option(help: "Messages before then.")
  var until: String?

  @Option(help: "Offsets by partition, as 0:100-200,1:5-,2: TO is not meant itself.")
  var offsets: String?

  @Option(help: "A file of highlight keys, one a line.")
  var keys: String?

  @Option(help: "Searches of this locale.")
  var locale: String?

  @Option(help: "Searches whose text holds this; case, width and spaces do not matter.")
  var match: String?

  @Option(help: "Messages with this header, as NAME=VALUE; may be repeated.")
  var header: [String] = []

  @Option(help: "Keys whose highlight is answered, no_answer, filtered, withdrawn or none.")
  var outcome: String?

  @Option(help: "Keys whose highlight was written with this version of a prompt.")
  var promptVersion: String?

  @Option(help: "Keys whose highlight was written by this model.")
  var ofModel: String?

  @Option(help: "Keys whose highlight was written before then.")
  var olderThan: String?

  @Option(help: "Ask about the highlights of this variant; the default one without it.")
  var ofVariant: String?

  @Flag(help: "Every message, not only the latest of each key.")
  var every = false

  @Option(help: "offsets, or traffic: what is asked most and was written longest ago first.")
  var order = ReplayOrder.offsets

  /// - Throws: `ValidationError`.
  func spec(_ topics: KafkaSettings.Topics) throws -> ReplaySpec {
    var spec = ReplaySpec()
    let asked = VariantName.topic(
      of: VariantName.parsed(ofVariant ?? ""), highlights: topics.highlights)
    switch from {
    case .queries: (spec.source, spec.topic) = (.queries, topics.queries)
    case .highlights: (spec.source, spec.topic) = (.highlights, asked)
    case .deadLetters: (spec.source, spec.topic) = (.deadLetters, topics.dead)
    }
    spec.factTopic = asked
    spec.every = every
    spec.order = order == .traffic ? .traffic : .unspecified
    if let since { spec.filters.since = try Self.time(since, "--since").timestamp }
    if let until { spec.filters.until = try Self.time(until, "--until").timestamp }
    if let olderThan {
      spec.filters.olderThan = try Self.time(olderThan, "--older-than").timestamp
    }
    spec.filters.locale = locale ?? ""
    spec.filters.text = match ?? ""
    spec.filters.outcome = outcome ?? ""
    spec.filters.promptVersion = promptVersion ?? ""
    spec.filters.model = ofModel ?? ""
    spec.filters.headers = try header.map { pair in
      guard let equals = pair.firstIndex(of: "="), equals > pair.startIndex else {
        throw ValidationError("--header \(pair): allowed: NAME=VALUE")
      }
      var filter = ReplayHeaderFilter()
      filter.name = String(pair[..<equals])
      filter.value = String(pair[pair.index(after: equals)...])
      return filter
    }
    return spec
  }

  private static func time(_ text: String, _ option: String) throws -> UnixTime {
    do { return try SpendCommand.time(text) } catch {
      throw ValidationError(
        "\(option) \(text): allowed: a duration such as 30m, 24h or 7d, or a date such as "
          + "2026-11-01 or 2026-11-01T08:00:00Z")
    }
  }

  /// The keys of the file; nil without one.
  func keyList() throws -> [String]? {
    guard let keys else { return nil }
    let text: String
    do { text = try String(contentsOfFile: keys, encoding: .utf8) } catch {
      throw ValidationError("--keys \(keys): \(error.localizedDescription)")
    }
    return text.split(whereSeparator: \.isNewline)
      .map { $0.trimmingCharacters(in: .whitespaces) }.filter { !$0.isEmpty }
  }
}

/// What becomes of the messages, and how fast.
struct ReplayManner: ParsableArguments {
  @Flag(help: "Write highlights to the configured store instead of publishing searches.")
  var toStore = false

  @Flag(help: "Have new highlights written even where there are fresh ones.")
  var forceRefresh = false

  @Option(help: "Have them written as this variant; as what each message says without it.")
  var variant: String?

  @Option(help: "Make sure that --variant is declared with this prompt: its folder or its version.")
  var prompt: String?

  @Option(help: "Make sure that --variant is declared with this model.")
  var model: String?

  @Option(help: "Messages a second; 0 without a limit.")
  var rate = 0.0

  @Option(help: "Most messages that wait in the backfill topic; 0 without a limit.")
  var maxInFlight: UInt64 = 10_000

  @Option(help: "Most messages published beyond what is recorded: a killed replay repeats no more.")
  var batch: UInt32 = 10_000

  @Flag(help: "Only say what would be published and what that may cost.")
  var dryRun = false

  func add(to spec: inout ReplaySpec, _ settings: Settings, store name: String) throws {
    spec.forceRefresh = forceRefresh
    let declared = DeclaredVariant(name: variant, prompt: prompt, model: model)
    if let variant = try declared.checked(settings) { spec.variant = variant }
    spec.rate = rate
    spec.batch = batch
    if toStore {
      // A dry run opens none, and counts the same.
      spec.store = name.isEmpty ? settings.store.path : name
      spec.variant =
        spec.topic == settings.kafka.topics.highlights
        ? "" : String(spec.topic.dropFirst(settings.kafka.topics.highlights.count + 1))
    } else {
      spec.target = settings.kafka.topics.backfill
      spec.maxInFlight = maxInFlight
    }
  }
}

/// What is asked of jobs that are there.
struct ReplayJobOptions: ParsableArguments {
  @Option(help: ArgumentHelp("Go on with a job that was interrupted.", valueName: "id"))
  var resume: String?

  @Option(help: ArgumentHelp("Have a job stop; --resume goes on with it.", valueName: "id"))
  var pause: String?

  @Option(help: ArgumentHelp("End a job for good.", valueName: "id"))
  var cancel: String?

  @Option(help: ArgumentHelp("Say how far a job is.", valueName: "id"))
  var status: String?

  @Flag(help: "List all jobs, the newest first.")
  var list = false

  @Option(help: "Who does it; without it the name of this account.")
  var actor: String?

  @Option(help: "Why a job is paused or cancelled.")
  var reason = ""

  func validate(with how: ReplayManner) throws {
    let named = [resume, pause, cancel, status].compactMap { $0 }.count + (list ? 1 : 0)
    guard named <= 1 else {
      throw ValidationError("allowed: one of --resume, --pause, --cancel, --status and --list")
    }
    guard named == 0 || !how.dryRun else {
      throw ValidationError("--dry-run is of a new replay, not of one that is there")
    }
  }
}
