import Foundation
import Highlights
import HighlightsProtocol
import Kafka
import KafkaWorker
import LLMGateway

/// One search on its way to its outcome.
struct SearchTask: Sendable {
  let record: SearchRecord
  let search: Search
  let consumedAt: UnixTime
  /// Whether it failed before and waited for this try.
  let isRetry: Bool
  let handler: SearchHandler

  private var key: PublishedTable.Key {
    PublishedTable.Key(key: search.key.description, variant: record.variant)
  }
  private var known: PublishedTable.Entry? {
    handler.published.entry(key, of: record.record.partition)
  }

  func result() async throws -> WorkResult {
    if let deadline = search.deadline, deadline < handler.now() {
      return ended(.expired, reason: "deadline_passed")
    }
    if let known, !record.forcesRefresh, handler.now() < known.freshUntil {
      return ended(.unchanged, reason: "fresh")
    }
    let evidence = Evidence(search, limits: handler.settings.evidence)
    if let renewed = renewal(evidence) { return renewed }
    return try await write(evidence)
  }

  /// The last highlight once more, without a call, where a call would be asked the very same.
  private func renewal(_ evidence: Evidence) -> WorkResult? {
    guard !record.forcesRefresh, let known, let highlight = known.highlight,
      highlight.sourceFingerprint == evidence.fingerprint,
      highlight.provenance.modelRequested == handler.settings.deployment.model,
      isOfThesePrompts(highlight), NoAnswerReason(rawValue: highlight.reason) != .invalidReply
    else { return nil }
    let renewed = highlight.renewed(
      now: handler.now(), lastKnown: known.generatedAt, policy: handler.settings.policy)
    return publish(
      renewed, outcome: outcome(.unchanged, reason: "same_evidence", detail: ""))
  }

  private func isOfThesePrompts(_ highlight: Highlight) -> Bool {
    let settings = handler.settings
    let version = highlight.provenance.promptVersion
    return settings.answersWithoutEvidence == .general
      // What was declined may have a general answer by now.
      ? highlight.status == .answered
        && version == (highlight.isGeneral ? settings.generalPrompt : settings.prompt).version
      : !highlight.isGeneral && version == settings.prompt.version
  }

  // MARK: The model

  private func write(_ evidence: Evidence) async throws -> WorkResult {
    let calledAt = handler.now()
    var terms = HighlightWriter.Terms(
      deadline: deadline, lane: isBackfill ? .backfill : .interactive,
      owner: CallOwner(
        partition: record.record.partition.partition,
        of: try await handler.partitions(of: record.record.partition.topic)))
    terms.spent = record.spent
    do throws(GatewayError) {
      let written = try await handler.writer.write(search, evidence, terms)
      let isCalled = !written.draft.provenance.modelRequested.isEmpty
      return publish(written.draft, calledAt: isCalled ? calledAt : nil)
    } catch {
      return try failed(error)
    }
  }

  private var isBackfill: Bool {
    record.record.partition.topic == handler.settings.backfillTopic
  }

  private var deadline: ContinuousClock.Instant? {
    search.deadline.map { deadline in
      .now + .milliseconds(deadline.milliseconds - handler.now().milliseconds)
    }
  }

  /// What a failed call means for the search: a result, another try, or a shared cause to wait for.
  private func failed(
    _ error: GatewayError
  ) throws(WorkFailure) -> WorkResult {
    let reason = error.kind.word
    var spent = record.spent
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

  private func publish(_ draft: HighlightDraft, calledAt: UnixTime?) -> WorkResult {
    let highlight = draft.highlight(
      now: handler.now(), lastKnown: known?.generatedAt, policy: handler.settings.policy)
    var outcome = outcome(result(of: highlight), reason: highlight.reason, detail: explain(draft))
    outcome.usage = highlight.usage
    if let calledAt {
      outcome.calledAt = calledAt.timestamp
      let provenance = highlight.provenance
      outcome.provider = provenance.provider
      outcome.model =
        provenance.modelServed.isEmpty ? provenance.modelRequested : provenance.modelServed
      outcome.promptVersion = provenance.promptVersion
    }
    return publish(highlight, outcome: outcome)
  }

  private func publish(_ highlight: Highlight, outcome: Outcome) -> WorkResult {
    WorkResult(
      publish: [handler.ledger.message(highlight, of: record, id: search.id)],
      ledger: {
        handler.published.record(
          key, PublishedTable.Entry(highlight), of: record.record.partition)
        var outcome = outcome
        outcome.publishedAt = handler.now().timestamp
        return [handler.ledger.message(outcome, of: record)]
      })
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
      id: search.id, key: search.key.description, of: record, consumedAt: consumedAt, result,
      reason: reason, detail: detail)
    if let requestedAt = search.requestedAt { outcome.requestedAt = requestedAt.timestamp }
    outcome.lane = isRetry ? "retries" : isBackfill ? "backfill" : "queries"
    outcome.promptVersion = handler.settings.prompt.version
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
