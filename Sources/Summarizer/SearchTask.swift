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
    guard !evidence.isEmpty else {
      return publish(
        HighlightDraft(
          search: search, evidence: evidence,
          verification: Verification(verdict: .noAnswer(.noVideos))))
    }
    return try await ask(evidence)
  }

  // MARK: The model

  private func ask(_ evidence: Evidence) async throws -> WorkResult {
    let prompt = Prompt(search, evidence)
    let request = ChatRequest(
      messages: [ChatMessage(.system, prompt.system), ChatMessage(.user, prompt.user)],
      maxTokens: handler.settings.maxOutputTokens, temperature: handler.settings.temperature,
      responseFormat: .jsonSchema(name: Prompt.schemaName, schema: Prompt.schema))
    let started = ContinuousClock.now
    let calledAt = handler.now()
    do {
      let reply = try await handler.gateway.complete(request, try await options())
      return publish(draft(reply, evidence, took: .now - started), calledAt: calledAt)
    } catch let error as GatewayError {
      return try await failed(error, evidence, calledAt: calledAt, took: .now - started)
    }
  }

  private func options() async throws -> ChatOptions {
    let partition = record.record.partition
    return ChatOptions(
      deadline: deadline, lane: isBackfill ? .backfill : .interactive,
      owner: CallOwner(
        partition: partition.partition,
        of: try await handler.partitions(of: partition.topic)),
      outputClass: "\(Prompt.version)/\(search.locale)",
      complaint: { content in
        do throws(InvalidReply) {
          _ = try ModelReply(parsing: content)
          return nil
        } catch {
          return "\(error)"
        }
      })
  }

  private var isBackfill: Bool {
    record.record.partition.topic == handler.settings.backfillTopic
  }

  private var deadline: ContinuousClock.Instant? {
    search.deadline.map { deadline in
      .now + .milliseconds(deadline.milliseconds - handler.now().milliseconds)
    }
  }

  private func draft(
    _ reply: ChatReply, _ evidence: Evidence, took: Duration
  ) -> HighlightDraft {
    let verification: Verification =
      if reply.finishReason == .contentFilter {
        Verification(verdict: .filtered(reason: "content_filter"))
      } else if reply.refusal != nil {
        Verification(verdict: .filtered(reason: "refusal"))
      } else {
        Verifier().verify(content: reply.content, against: evidence)
      }
    var provenance = provenance(of: reply.deployment ?? handler.settings.deployment)
    provenance.modelServed = reply.model
    provenance.responseID = reply.responseID ?? ""
    var spent = record.spent
    spent.add(attempts: reply.attempts, wastedTokens: reply.wastedTokens, cost: reply.cost)
    var usage = spent.usage
    usage.inputTokens = UInt32(clamping: reply.usage?.input ?? 0)
    usage.outputTokens = UInt32(clamping: reply.usage?.output ?? 0)
    return HighlightDraft(
      search: search, evidence: evidence, verification: verification, provenance: provenance,
      usage: usage, generationTime: took)
  }

  private func provenance(of deployment: Deployment) -> Provenance {
    var provenance = Provenance()
    provenance.provider = deployment.provider
    provenance.modelRequested = deployment.model
    provenance.usageTerms = deployment.usageTerms
    return provenance
  }

  /// What a failed call means for the search: a result, another try, or a shared cause to wait for.
  private func failed(
    _ error: GatewayError, _ evidence: Evidence, calledAt: UnixTime, took: Duration
  ) async throws(WorkFailure) -> WorkResult {
    let reason = error.kind.word
    var spent = record.spent
    spent.add(error)
    switch error.kind {
    case .contentFilter:
      return publish(
        HighlightDraft(
          search: search, evidence: evidence,
          verification: Verification(verdict: .filtered(reason: reason)),
          provenance: provenance(of: handler.settings.deployment), usage: spent.usage,
          generationTime: took), calledAt: calledAt)
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

  private func publish(_ draft: HighlightDraft, calledAt: UnixTime? = nil) -> WorkResult {
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
    }
    let entry = PublishedTable.Entry(
      generatedAt: UnixTime(highlight.generatedAt), freshUntil: UnixTime(highlight.freshUntil))
    return WorkResult(
      publish: [handler.ledger.message(highlight, of: record, id: search.id)],
      ledger: { [outcome] in
        handler.published.record(key, entry, of: record.record.partition)
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
    outcome.promptVersion = Prompt.version
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
