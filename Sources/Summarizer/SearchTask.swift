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
    do throws(GatewayError) {
      let reply = try await handler.gateway.complete(request, deadline: deadline)
      return publish(draft(reply, evidence, took: .now - started), calledAt: calledAt)
    } catch {
      return try await failed(error, evidence, calledAt: calledAt, took: .now - started)
    }
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
    var provenance = provenance
    provenance.modelServed = reply.model
    provenance.responseID = reply.responseID ?? ""
    var usage = Usage()
    usage.inputTokens = UInt32(clamping: reply.usage?.input ?? 0)
    usage.outputTokens = UInt32(clamping: reply.usage?.output ?? 0)
    usage.wastedTokens = UInt32(clamping: reply.wastedTokens)
    usage.attempts = UInt32(clamping: reply.attempts)
    return HighlightDraft(
      search: search, evidence: evidence, verification: verification, provenance: provenance,
      usage: usage, generationTime: took)
  }

  private var provenance: Provenance {
    var provenance = Provenance()
    provenance.provider = handler.settings.deployment.provider
    provenance.modelRequested = handler.settings.deployment.model
    provenance.usageTerms = handler.settings.deployment.usageTerms
    return provenance
  }

  /// What a failed call means for the search: a result, another try, or a shared cause to wait for.
  private func failed(
    _ error: GatewayError, _ evidence: Evidence, calledAt: UnixTime, took: Duration
  ) async throws(WorkFailure) -> WorkResult {
    let reason = error.kind.word
    switch error.kind {
    case .contentFilter:
      var usage = Usage()
      usage.attempts = UInt32(clamping: error.attempts)
      usage.wastedTokens = UInt32(clamping: error.wastedTokens)
      return publish(
        HighlightDraft(
          search: search, evidence: evidence,
          verification: Verification(verdict: .filtered(reason: reason)), provenance: provenance,
          usage: usage, generationTime: took), calledAt: calledAt)
    case .deadlineExceeded:
      return ended(.expired, reason: "deadline_passed", detail: "\(error)")
    case .cancelled:
      throw WorkFailure(.hold, reason: reason, detail: "\(error)")
    default: break
    }
    let verdict: WorkFailure.Verdict =
      switch error.disposition {
      case .retryLater: .retry
      case .hold: .hold
      case .final: .dead
      }
    throw WorkFailure(verdict, reason: reason, detail: "\(error)", after: error.retryAfter)
  }

  // MARK: What it leaves behind

  private func publish(_ draft: HighlightDraft, calledAt: UnixTime? = nil) -> WorkResult {
    let highlight = draft.highlight(
      now: handler.now(), lastKnown: known?.generatedAt, policy: handler.settings.policy)
    var outcome = outcome(result(of: highlight), reason: highlight.reason, detail: explain(draft))
    outcome.usage = highlight.usage
    if let calledAt { outcome.calledAt = calledAt.timestamp }
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
    _ result: Outcome.Result, reason: String, detail: String = ""
  ) -> WorkResult {
    let outcome = outcome(result, reason: reason, detail: detail)
    return WorkResult(ledger: { [handler.ledger.message(outcome, of: record)] })
  }

  private func outcome(
    _ result: Outcome.Result, reason: String, detail: String
  ) -> Outcome {
    var outcome = handler.ledger.outcome(
      id: search.id, key: search.key.description, of: record, consumedAt: consumedAt, result,
      reason: reason, detail: detail)
    if let requestedAt = search.requestedAt { outcome.requestedAt = requestedAt.timestamp }
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
