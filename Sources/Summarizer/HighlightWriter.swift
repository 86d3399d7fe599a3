import Foundation
import Highlights
import HighlightsProtocol
import LLMGateway
import SwiftProtobuf

/// Writes highlights: prompt, call, verification, and a general answer where that is configured.
///
/// It knows nothing of topics: a worker gives it what it consumed, an evaluation what a file says.
public struct HighlightWriter: Sendable {
  /// What the calls of one search share.
  public struct Terms: Sendable {
    public var deadline: ContinuousClock.Instant?
    public var lane: CallLane
    public var owner: CallOwner?
    /// What earlier tries took.
    var spent = Spent()

    public init(
      deadline: ContinuousClock.Instant? = nil, lane: CallLane = .interactive,
      owner: CallOwner? = nil
    ) {
      self.deadline = deadline
      self.lane = lane
      self.owner = owner
    }
  }

  /// What came of a search.
  public struct Written: Sendable {
    public let draft: HighlightDraft
    /// What the model was sent for its answer from videos, and what it wrote; nil without a call.
    public let prompt: Prompt?
    public let content: String?
  }

  let settings: SummarizerSettings
  let gateway: any ChatGateway

  public init(settings: SummarizerSettings, gateway: any ChatGateway) {
    self.settings = settings
    self.gateway = gateway
  }

  /// Without evidence there is no call, unless general answers are configured.
  ///
  /// - Throws: `GatewayError`; the provider's content filter is a result and no error.
  public func write(
    _ search: Search, _ evidence: Evidence, _ terms: Terms = Terms()
  ) async throws(GatewayError) -> Written {
    guard !evidence.isEmpty else {
      let declined = HighlightDraft(
        search: search, evidence: evidence,
        verification: Verification(verdict: .noAnswer(.noVideos)),
        provenance: promptOnly(settings.prompt), usage: terms.spent.usage)
      guard settings.answersWithoutEvidence == .general else {
        return Written(draft: declined, prompt: nil, content: nil)
      }
      return Written(
        draft: try await general(declined, terms.spent, terms), prompt: nil, content: nil)
    }
    let prompt = Prompt(settings.prompt, search, evidence)
    let verifier = Verifier(
      minimumSentences: settings.prompt.minimumSentences,
      maximumSentences: settings.prompt.maximumSentences)
    let (draft, spent, content) = try await ask(
      settings.prompt, prompt, search, evidence, terms.spent, terms,
      complaint: { content in
        do throws(InvalidReply) {
          _ = try ModelReply(parsing: content)
          return nil
        } catch {
          return "\(error)"
        }
      },
      verdict: { verifier.verify(content: $0, against: evidence, locale: search.locale) })
    guard settings.answersWithoutEvidence == .general,
      draft.verification.verdict == .noAnswer(.notInVideos)
    else { return Written(draft: draft, prompt: prompt, content: content) }
    do throws(GatewayError) {
      return Written(
        draft: try await general(draft, spent, terms), prompt: prompt, content: content)
    } catch {
      // The videos have no answer, which is paid for and stays true; only the extra is missing.
      var draft = draft
      var spent = spent
      spent.add(error)
      draft.usage.attempts = UInt32(clamping: spent.attempts)
      draft.usage.wastedTokens = UInt32(clamping: spent.wastedTokens)
      draft.usage.costMicros = UInt64(clamping: spent.micros)
      return Written(draft: draft, prompt: prompt, content: content)
    }
  }

  /// A general answer in place of none; where the model declines that too, `declined`'s reason stays.
  private func general(
    _ declined: HighlightDraft, _ spent: Spent, _ terms: Terms
  ) async throws(GatewayError) -> HighlightDraft {
    let template = settings.generalPrompt
    let search = declined.search
    let verifier = GeneralVerifier(maximumSentences: template.maximumSentences)
    var (draft, _, _) = try await ask(
      template, Prompt(template, search), search, declined.evidence, spent, terms,
      complaint: GeneralVerifier.complaint(about:),
      verdict: { verifier.verify(content: $0, locale: search.locale) })
    draft.generationTime += declined.generationTime
    draft.usage.inputTokens += declined.usage.inputTokens
    draft.usage.outputTokens += declined.usage.outputTokens
    if case .general = draft.verification.verdict { return draft }
    draft.verification = declined.verification
    return draft
  }

  /// One logical call and its verdict.
  private func ask(
    _ template: PromptTemplate, _ prompt: Prompt, _ search: Search, _ evidence: Evidence,
    _ spent: Spent, _ terms: Terms, complaint: @escaping @Sendable (String) -> String?,
    verdict: (String) -> Verification
  ) async throws(GatewayError) -> (draft: HighlightDraft, spent: Spent, content: String?) {
    let request = ChatRequest(
      messages: [ChatMessage(.system, prompt.system), ChatMessage(.user, prompt.user)],
      maxTokens: settings.maxOutputTokens, temperature: settings.temperature,
      responseFormat: .jsonSchema(name: template.name, schema: template.schema))
    let options = ChatOptions(
      deadline: terms.deadline, lane: terms.lane, owner: terms.owner,
      outputClass: "\(template.version)/\(search.locale)", model: settings.deployment.model,
      complaint: { complaint(prompt.plain($0)) })
    let started = ContinuousClock.now
    do throws(GatewayError) {
      let reply = try await gateway.complete(request, options)
      let content = prompt.plain(reply.content)
      let verification: Verification =
        if reply.finishReason == .contentFilter {
          Verification(verdict: .filtered(reason: "content_filter"))
        } else if reply.refusal != nil {
          Verification(verdict: .filtered(reason: "refusal"))
        } else {
          verdict(content)
        }
      var provenance = provenance(of: reply.deployment ?? settings.deployment, template)
      provenance.modelServed = reply.model
      provenance.responseID = reply.responseID ?? ""
      var spent = spent
      spent.add(attempts: reply.attempts, wastedTokens: reply.wastedTokens, cost: reply.cost)
      var usage = spent.usage
      usage.inputTokens = UInt32(clamping: reply.usage?.input ?? 0)
      usage.outputTokens = UInt32(clamping: reply.usage?.output ?? 0)
      let draft = HighlightDraft(
        search: search, evidence: evidence, verification: verification, provenance: provenance,
        usage: usage, generationTime: .now - started)
      return (draft, spent, content)
    } catch {
      guard case .contentFilter = error.kind else { throw error }
      var spent = spent
      spent.add(error)
      let draft = HighlightDraft(
        search: search, evidence: evidence,
        verification: Verification(verdict: .filtered(reason: error.kind.word)),
        provenance: provenance(of: settings.deployment, template), usage: spent.usage,
        generationTime: .now - started)
      return (draft, spent, nil)
    }
  }

  private func promptOnly(_ template: PromptTemplate) -> Provenance {
    Provenance.with { $0.promptVersion = template.version }
  }

  private func provenance(of deployment: Deployment, _ template: PromptTemplate) -> Provenance {
    var provenance = promptOnly(template)
    provenance.provider = deployment.provider
    provenance.modelRequested = deployment.model
    provenance.usageTerms = deployment.usageTerms
    return provenance
  }
}
