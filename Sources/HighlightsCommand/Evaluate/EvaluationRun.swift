import Evaluation
import Foundation
import Highlights
import HighlightsProtocol
import LLMGateway
import Summarizer

/// The searches of a file, each written once, a bounded number at a time, without a broker.
struct EvaluationRun: Sendable {
  let writer: HighlightWriter
  let evidence: EvidenceLimits
  let policy: HighlightPolicy
  let concurrency: Int

  /// One search read from the file.
  struct Case: Sendable {
    let wire: SearchQuery
    let search: Search
  }

  /// Reads every line; one without an id is called after its line.
  ///
  /// - Throws: `EvaluationInputError` with the line's number.
  static func cases(path: String, limits: SearchLimits, atMost most: Int?) throws -> [Case] {
    var cases: [Case] = []
    var lines: [String: Int] = [:]
    for line in try QueryLines(path: path) {
      if let most, cases.count == most { break }
      do {
        var wire = try MessageCodec().decode(
          SearchQuery.self, from: line.bytes, contentType: MessageFormat.json.contentType)
        if wire.queryID.isEmpty { wire.queryID = "line-\(line.number)" }
        if let first = lines.updateValue(line.number, forKey: wire.queryID) {
          throw EvaluationInputError(
            line: line.number, why: "has the queryId \"\(wire.queryID)\" of line \(first)")
        }
        let search = try Search(wire, fallbackID: wire.queryID, limits: limits)
        cases.append(Case(wire: wire, search: search))
      } catch let error as EvaluationInputError {
        throw error
      } catch {
        throw EvaluationInputError(line: line.number, why: "is no search: \(error)")
      }
    }
    return cases
  }

  /// In the order of the cases.
  func run(_ cases: [Case], done: @Sendable (Int) -> Void) async -> [EvaluatedSearch] {
    await withTaskGroup(of: (Int, EvaluatedSearch).self) { group in
      var results = [EvaluatedSearch?](repeating: nil, count: cases.count)
      var next = 0
      func add() {
        guard next < cases.count else { return }
        let index = next
        next += 1
        group.addTask { (index, await evaluate(cases[index])) }
      }
      for _ in 0..<max(1, concurrency) { add() }
      var count = 0
      for await (index, result) in group {
        results[index] = result
        count += 1
        done(count)
        add()
      }
      return results.compactMap(\.self)
    }
  }

  private func evaluate(_ one: Case) async -> EvaluatedSearch {
    let started = ContinuousClock.now
    let evidence = Evidence(one.search, limits: evidence)
    do throws(GatewayError) {
      let written = try await writer.write(one.search, evidence)
      let now = UnixTime.now
      let highlight = written.draft.highlight(now: now, lastKnown: nil, policy: policy)
      let usage = highlight.usage
      return EvaluatedSearch(
        search: one.wire, ending: .published(highlight),
        written: .sentences(sentences(of: written.content, evidence)),
        flaggedSegments: evidence.flagged, latency: .now - started,
        inputTokens: Int(usage.inputTokens), outputTokens: Int(usage.outputTokens),
        costMicros: Int(clamping: usage.costMicros), currency: usage.currency)
    } catch {
      return EvaluatedSearch(
        search: one.wire, ending: .failed(reason: error.kind.word),
        flaggedSegments: evidence.flagged, latency: .now - started,
        costMicros: error.cost?.micros ?? 0, currency: error.cost?.currency ?? "")
    }
  }

  private func sentences(of content: String?, _ evidence: Evidence) -> [WrittenSentence] {
    guard let content, let reply = try? ModelReply(parsing: content) else { return [] }
    return reply.sentences.map { sentence in
      WrittenSentence(
        text: sentence.text,
        citations: sentence.citations.map { citation in
          WrittenCitation(
            segment: evidence[citation.segment].map {
              SegmentReference(videoID: $0.videoID, index: $0.index)
            }, label: citation.segment, quote: citation.quote)
        })
    }
  }
}

/// A line of the file that cannot be evaluated.
struct EvaluationInputError: Error, Sendable, CustomStringConvertible {
  let line: Int
  let why: String

  var description: String { "line \(line) \(why)" }
}
