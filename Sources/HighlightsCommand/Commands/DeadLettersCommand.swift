import ArgumentParser
import Control
import DeadLetters
import Foundation
import Highlights
import HighlightsProtocol
import Kafka
import Synchronization

/// `highlights dead-letters`: searches that could never be answered.
struct DeadLettersCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "dead-letters",
    abstract: "Shows the searches that died, and has them tried again once their cause is mended.",
    subcommands: [List.self, Show.self, Redrive.self, Purge.self])

  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Counts dead letters by reason and by the topic they came from.")

    @Flag(help: "Print one JSON object.")
    var json = false

    @OptionGroup var which: LetterOptions
    @OptionGroup var common: CommonOptions

    func run() async throws {
      let settings = try common.settings()
      let list = try await settings.deadLetters().list(try which.filter())
      let text = LetterListText(list: list, topic: settings.kafka.topics.dead)
      (json ? [try text.json()] : text.lines.map(HighlightText.plain)).forEach(Output.line)
    }
  }

  struct Show: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Shows dead letters whole: the search, its headers, its trace.")

    @Argument(help: "Places in the topic, such as 0:12 or 0:100-200,1:5-; as --offsets.")
    var places: String?

    @Option(help: "Most letters shown.")
    var limit = 20

    @Flag(help: "Print one JSON object a line.")
    var json = false

    @OptionGroup var which: LetterOptions
    @OptionGroup var common: CommonOptions

    func validate() throws {
      guard (1...1_000).contains(limit) else {
        throw ValidationError("--limit \(limit): allowed: 1 to 1000")
      }
      if places != nil, which.offsets != nil {
        throw ValidationError("places and --offsets name the same; allowed: one of them")
      }
    }

    func run() async throws {
      let settings = try common.settings()
      let filter = try which.filter(places: places)
      let letters = try await settings.deadLetters().letters(filter, limit: limit)
      for (letter, isRedriven) in letters {
        let text = LetterText(letter: letter, isRedriven: isRedriven)
        (json ? [try text.json()] : text.lines.map(HighlightText.plain)).forEach(Output.line)
      }
      if letters.isEmpty { Talk.say("no such dead letter in \(settings.kafka.topics.dead)") }
    }
  }

  struct Redrive: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract:
        "Publishes dead letters again, to the topics they came from; they stay where they are.",
      discussion: """
        Same key and bytes, tries counted from none, marked by the headers redriven_from and \
        redriven_at. What was redriven before is left out, as is what has a highlight by now that is \
        newer than the search, and what was cut to fit. Takes what stands in the topic at its start.
        """)

    @Option(help: "Most messages a second; without it as fast as the brokers take them.")
    var rate: Double?

    @Flag(help: "Also those that were redriven before.")
    var again = false

    @Flag(
      help: "Also those whose key has a newer highlight: it is written anew once it is not fresh.")
    var answered = false

    @Flag(help: "Say what would be redriven, and publish nothing.")
    var dryRun = false

    @Flag(help: "Print one JSON object.")
    var json = false

    @Option(help: "Who does it; without it the name of this account.")
    var actor: String?

    @OptionGroup var which: LetterOptions
    @OptionGroup var common: CommonOptions

    func validate() throws {
      if let rate, !(0.001...1_000_000).contains(rate) {
        throw ValidationError("--rate \(rate): allowed: 0.001 to 1000000")
      }
    }

    func run() async throws {
      let settings = try common.settings()
      let redrive = DeadLetters.Redrive(settings: try await redriving(settings))
      let counts =
        dryRun ? try await redrive.dryRun() : try await run(redrive, settings.kafka.topics.dead)
      let text = RedriveText(counts: counts, isDry: dryRun)
      (json ? [try text.json()] : text.lines.map(HighlightText.plain)).forEach(Output.line)
      if counts.refused > 0 { throw ExitCode.failure }
    }

    private func run(
      _ redrive: DeadLetters.Redrive, _ topic: String
    ) async throws -> RedriveCounts {
      let bar = Mutex<ProgressBar?>(nil)
      let note = "redriven from \(topic)"
      do {
        let counts = try await UntilSignal.run {
          try await redrive.run { counts in
            guard counts.chosen > 0 else { return }
            bar.withLock { bar in
              let shown = bar ?? ProgressBar(total: counts.chosen)
              bar = shown
              return shown
            }.update(done: counts.redriven, note: note)
          }
        }
        bar.withLock { $0 }?.update(done: counts.redriven, note: note, final: true)
        return counts
      } catch is SignalCaught {
        throw RedriveInterrupted()
      }
    }

    private func redriving(_ settings: Settings) async throws -> DeadLetters.Redrive.Settings {
      let client = try settings.kafka.client()
      let topics = settings.kafka.topics
      let live = try await ControlReader.state(client: client, topic: topics.control).liveVariant
      let limit = settings.highlights.textMaxCharacters
      var redriving = DeadLetters.Redrive.Settings(
        client: client, producer: settings.kafka.producer(client), topic: topics.dead,
        control: topics.control, targets: [topics.queries, topics.backfill],
        highlightsTopic: { variant in
          VariantName.topic(
            of: variant.map(VariantName.parsed) ?? live, highlights: topics.highlights)
        },
        highlightKey: { search in
          guard let text = try? NormalizedText(search.text, limit: limit),
            let locale = try? LanguageTag(search.locale)
          else { return nil }
          return HighlightKey(text: text, locale: locale).bytes
        })
      redriving.filter = try which.filter()
      redriving.rate = rate
      redriving.again = again
      redriving.includesAnswered = answered
      redriving.actor = actor ?? NSUserName()
      return redriving
    }
  }

  struct Purge: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Deletes dead letters for good, once confirmed.",
      discussion: """
        All that stand in the topic at its start, or those given up before --until: brokers delete \
        from the front of a topic only.
        """)

    @Option(help: "Only what was given up before: a time as for --since of the other commands.")
    var until: String?

    @Flag(help: "Do not ask.")
    var yes = false

    @OptionGroup var common: CommonOptions

    func run() async throws {
      let settings = try common.settings()
      let letters = try settings.deadLetters()
      let plan = try await letters.planPurge(
        until: until.map { try LetterOptions.time("--until", $0) })
      guard plan.count > 0 else { return Output.line("purged 0 of \(letters.topic)") }
      try Confirmation.ask(
        "Delete \(plan.count) dead letters of \(letters.topic) for good, "
          + "\(plan.count - plan.redriven) of which were never redriven?",
        agreed: yes)
      try await letters.purge(plan)
      Output.line("purged \(plan.count) of \(letters.topic)")
    }
  }
}

/// A signal ended a redrive after a batch.
struct RedriveInterrupted: Error, CustomStringConvertible {
  var description: String {
    "interrupted; what was redriven is recorded, and the same command goes on with the rest"
  }
}

/// Which dead letters a command means.
struct LetterOptions: ParsableArguments {
  @Option(help: "Died of it, such as malformed_message; may be repeated.")
  var reason: [String] = []

  @Option(help: "Came from this topic; may be repeated.")
  var topic: [String] = []

  @Option(help: "Given up since: so long ago, such as 24h, or a date such as 2026-11-01T08:00:00Z.")
  var since: String?

  @Option(help: "Given up before: as --since.")
  var until: String?

  @Option(help: "Stands in the text of the search, whatever case and accents.")
  var text: String?

  @Option(help: "Places in the topic of dead letters, such as 0:100-200,1:5-,2:7,3.")
  var offsets: String?

  /// - Parameter places: the same as `--offsets`.
  /// - Throws: `ValidationError` for times and places that are none, and for a range that is empty.
  func filter(places: String? = nil) throws -> LetterFilter {
    var filter = LetterFilter()
    filter.reasons = Set(reason)
    filter.topics = Set(topic)
    filter.since = try since.map { try Self.time("--since", $0) }
    filter.until = try until.map { try Self.time("--until", $0) }
    if let since = filter.since, let until = filter.until, since >= until {
      throw ValidationError("--since \(since) is not before --until \(until)")
    }
    guard text != "" else { throw ValidationError("--text is empty; allowed: some text") }
    filter.text = text
    do { filter.offsets = try (places ?? offsets).map(OffsetRanges.places) } catch {
      throw ValidationError("\(error)")
    }
    return filter
  }

  static func time(_ option: String, _ text: String) throws -> UnixTime {
    do { return try SpendCommand.time(text) } catch {
      throw ValidationError(
        "\(option) \(text): allowed: a duration such as 30m, 24h or 7d, or a date such as "
          + "2026-11-01 or 2026-11-01T08:00:00Z")
    }
  }
}

extension Settings {
  func deadLetters() throws -> DeadLetterTopic {
    DeadLetterTopic(
      client: try kafka.client(), topic: kafka.topics.dead, control: kafka.topics.control)
  }
}
