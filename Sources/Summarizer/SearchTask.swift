import Foundation
import Highlights
import HighlightsProtocol
import Kafka
import KafkaWorker
import LLMGateway

/// One search on its way to its outcome.
struct SearchTask: Sendable {
  let record: SearchRecord
  /// What `search` was read from.
  let wire: SearchQuery
  let search: Search
  /// What it is written as.
  let variant: Variant
  let consumedAt: UnixTime
  /// Whether it failed before and waited for this try.
  let isRetry: Bool
  let handler: SearchHandler

  private var key: PublishedTable.Key {
    PublishedTable.Key(key: search.key.description, variant: variant.name)
  }
  private var known: PublishedTable.Entry? {
    handler.published.entry(key, of: record.record.partition)
  }

  func result() async throws -> WorkResult {
    let switches = handler.switches.current
    // Forced or not.
    if switches.isWithdrawn(search.key) { return ended(.unchanged, reason: "withdrawn") }
    if let deadline = search.deadline, !record.isReplayed, deadline < handler.now() {
      return ended(.expired, reason: "deadline_passed")
    }
    if let known, !record.forcesRefresh, handler.now() < known.freshUntil,
      switches.isStillShown(known, search.key)
    {
      return ended(.unchanged, reason: "fresh")
    }
    let shown = shown(switches)
    let evidence = Evidence(shown, limits: variant.settings.evidence)
    if let renewed = renewal(evidence, switches) { return renewed }
    return try await write(shown, evidence)
  }

  /// The search as the switches let the model and people see it.
  private func shown(_ switches: FleetSwitches.Snapshot) -> Search {
    switches.withoutWithdrawnVideos(search, of: wire, limits: handler.settings.limits)
  }

  /// The last highlight once more, without a call, where a call would be asked the very same.
  private func renewal(
    _ evidence: Evidence, _ switches: FleetSwitches.Snapshot
  ) -> WorkResult? {
    guard !record.forcesRefresh, let known, let highlight = known.highlight,
      highlight.sourceFingerprint == evidence.fingerprint, !switches.forbids(highlight),
      highlight.provenance.modelRequested == variant.settings.deployment.model,
      isOfThesePrompts(highlight), NoAnswerReason(rawValue: highlight.reason) != .invalidReply
    else { return nil }
    let renewed = switches.marked(highlight).renewed(
      now: handler.now(), lastKnown: switches.lastKnown(known, search.key),
      policy: variant.settings.policy)
    return publish(
      renewed, outcome: outcome(.unchanged, reason: "same_evidence", detail: ""))
  }

  private func isOfThesePrompts(_ highlight: Highlight) -> Bool {
    let settings = variant.settings
    let version = highlight.provenance.promptVersion
    return settings.answersWithoutEvidence == .general
      // What was declined may have a general answer by now.
      ? highlight.status == .answered
        && version == (highlight.isGeneral ? settings.generalPrompt : settings.prompt).version
      : !highlight.isGeneral && version == settings.prompt.version
  }

  // MARK: The model

  private func write(_ shown: Search, _ evidence: Evidence) async throws -> WorkResult {
    let calledAt = handler.now()
    var (shown, evidence) = (shown, evidence)
    var terms = HighlightWriter.Terms(
      lane: isBackfill ? .backfill : .interactive,
      owner: CallOwner(
        partition: record.record.partition.partition,
        of: try await handler.partitions(of: record.record.partition.topic)))
    terms.spent = record.spent
    while true {
      terms.deadline = deadline
      let written: HighlightWriter.Written
      do throws(GatewayError) {
        written = try await variant.writer.write(shown, evidence, terms)
      } catch {
        return try failed(error, terms.spent)
      }
      // What was switched while the model wrote counts.
      let switches = handler.switches.current
      let isCalled = !written.draft.provenance.modelRequested.isEmpty
      guard !switches.isWithdrawn(search.key) else {
        return discarded(written.draft, calledAt: isCalled ? calledAt : nil)
      }
      shown = self.shown(switches)
      guard switches.forbids(written.draft) else {
        var draft = written.draft
        // The videos shown are taken from it.
        draft.search = shown
        return publish(draft, switches, calledAt: isCalled ? calledAt : nil)
      }
      // Again without the video. Each turn takes one out that the last one cited, so they end.
      terms.spent = Spent(discarded: written.draft.usage)
      evidence = Evidence(shown, limits: variant.settings.evidence)
    }
  }

  private var isBackfill: Bool {
    record.record.partition.topic == handler.settings.backfillTopic
  }

  private var deadline: ContinuousClock.Instant? {
    guard !record.isReplayed else { return nil }
    return search.deadline.map { deadline in
      .now + .milliseconds(deadline.milliseconds - handler.now().milliseconds)
    }
  }

  /// What a failed call means for the search: a result, another try, or a shared cause to wait for.
  private func failed(
    _ error: GatewayError, _ spent: Spent
  ) throws(WorkFailure) -> WorkResult {
    let reason = error.kind.word
    var spent = spent
    spent.add(error)
    switch error.kind {
    case .deadlineExceeded:
      return ended(
        .expired, reason: "deadline_passed", detail: "\(error)", usage: spent.usage)
    case .cancelled:
      throw WorkFailure(.hold, reason: reason, detail: "\(error)", headers: headers(spent))
    default: break
    }
    let verdict: WorkFailure.Verdict =
      switch error.disposition {
      case .retryLater: .retry
      case .hold: .hold
      case .final: .dead
      }
    throw WorkFailure(
      verdict, reason: reason, detail: "\(error)", after: error.retryAfter,
      headers: headers(spent))
  }

  private func headers(_ spent: Spent) -> [KafkaHeader] {
    spent == Spent() ? [] : [spent.header]
  }

  // MARK: What it leaves behind

  private func publish(
    _ draft: HighlightDraft, _ switches: FleetSwitches.Snapshot, calledAt: UnixTime?
  ) -> WorkResult {
    let highlight = switches.marked(
      draft.highlight(
        now: handler.now(), lastKnown: switches.lastKnown(known, search.key),
        policy: variant.settings.policy))
    var outcome = outcome(result(of: highlight), reason: highlight.reason, detail: explain(draft))
    tell(draft, calledAt, in: &outcome)
    OutcomeObserver.dropped(draft.verification.dropped)
    return publish(highlight, outcome: outcome)
  }

  private func publish(_ highlight: Highlight, outcome: Outcome) -> WorkResult {
    WorkResult(
      publish: [handler.ledger.message(highlight, to: variant, of: record, id: search.id)],
      ledger: {
        handler.published.record(
          key, PublishedTable.Entry(highlight), of: record.record.partition)
        var outcome = outcome
        outcome.publishedAt = handler.now().timestamp
        return [handler.ledger.message(outcome, of: record)]
      })
  }

  /// What was written is not published: its key was withdrawn meanwhile.
  private func discarded(_ draft: HighlightDraft, calledAt: UnixTime?) -> WorkResult {
    var outcome = outcome(.unchanged, reason: "withdrawn", detail: "")
    tell(draft, calledAt, in: &outcome)
    return WorkResult(ledger: { [outcome] in [handler.ledger.message(outcome, of: record)] })
  }

  /// What it took.
  private func tell(_ draft: HighlightDraft, _ calledAt: UnixTime?, in outcome: inout Outcome) {
    outcome.usage = draft.usage
    guard let calledAt else { return }
    outcome.calledAt = calledAt.timestamp
    let provenance = draft.provenance
    outcome.provider = provenance.provider
    outcome.model =
      provenance.modelServed.isEmpty ? provenance.modelRequested : provenance.modelServed
    outcome.promptVersion = provenance.promptVersion
  }

  private func ended(
    _ result: Outcome.Result, reason: String, detail: String = "", usage: Usage? = nil
  ) -> WorkResult {
    var outcome = outcome(result, reason: reason, detail: detail)
    if let usage { outcome.usage = usage }
    return WorkResult(ledger: { [outcome] in [handler.ledger.message(outcome, of: record)] })
  }

  private func outcome(
    _ result: Outcome.Result, reason: String, detail: String
  ) -> Outcome {
    var outcome = handler.ledger.outcome(
      id: search.id, key: search.key.description, variant: variant.name, of: record,
      consumedAt: consumedAt, result,
      reason: reason, detail: detail)
    if let requestedAt = search.requestedAt { outcome.requestedAt = requestedAt.timestamp }
    outcome.lane = isRetry ? "retries" : isBackfill ? "backfill" : "queries"
    outcome.promptVersion = variant.settings.prompt.version
    if record.spent != Spent() { outcome.usage = record.spent.usage }
    return outcome
  }

  private func result(of highlight: Highlight) -> Outcome.Result {
    switch highlight.status {
    case .answered: .answered
    case .filtered: .filtered
    default: .noAnswer
    }
  }

  /// Which sentences were dropped and why, such as `quote_not_verbatim: 2`.
  private func explain(_ draft: HighlightDraft) -> String {
    draft.verification.dropped.map { "\($0.key.rawValue): \($0.value)" }.sorted()
      .joined(separator: ", ")
  }
}
