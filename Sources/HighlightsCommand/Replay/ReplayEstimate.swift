import ArgumentParser
import Control
import Foundation
import Highlights
import HighlightsProtocol
import Replay

/// What a dry run makes of its counts: tokens, cost and time at the configured limits.
struct ReplayEstimate {
  let rule: TokenRule
  let model: String
  let price: ModelCatalog.Price?
  let limits: ModelCatalog.Limits
  /// Percent of the limits that backfill leaves to the other lanes.
  let floor: Int
  /// Messages a second; 0 without a limit.
  let rate: Double

  /// - Throws: `ConfigurationError`.
  init(_ settings: Settings, variant: String?, rate: Double) throws {
    let catalog = try settings.gateway.catalog()
    let declared = try settings.variantCatalog().variant(
      named: VariantName.parsed(variant ?? ""))
    model = try declared?.model ?? settings.gateway.model(in: catalog)
    let found = catalog?.model(named: model)
    price = found?.price
    limits = found?.limits ?? .init()
    floor = settings.limits.interactiveFloor
    self.rate = rate
    let template =
      try declared?.prompt
      ?? PromptTemplate.read(settings.highlights.prompt, key: "highlights.prompt")
    rule = TokenRule(
      promptTokens: try Self.tokens(of: template),
      evidenceTokens: declared?.evidenceTokens ?? settings.highlights.evidenceTokens,
      outputTokens: settings.gateway.maxOutputTokens)
  }

  /// The prompt around a search that found nothing, and the schema of the reply.
  private static func tokens(of template: PromptTemplate) throws -> Int {
    var wire = SearchQuery()
    wire.text = "x"
    let search = try Search(wire, fallbackID: "estimate")
    let prompt = Prompt(template, search, Evidence(search, limits: EvidenceLimits()))
    return prompt.estimatedTokens + TokenEstimate.tokens(in: template.schema)
  }

  /// At most, in millionths; nil without a price.
  func costMicros(_ preview: ReplayPreview) -> UInt64? {
    guard let price else { return nil }
    let input = Double(preview.inputTokens) * Double(price.input)
    let output = Double(preview.outputTokens) * Double(price.output)
    return UInt64(((input + output) / 1e6).rounded(.up))
  }

  /// At least, in seconds, and what bounds it; nil where nothing does.
  func seconds(_ preview: ReplayPreview) -> (seconds: Double, bound: String)? {
    let part = max(1, Double(100 - floor)) / 100
    func at(_ limit: Int?, _ amount: Int, _ name: String) -> (Double, String)? {
      limit.map { (Double(amount) / (Double($0) * part) * 60, name) }
    }
    let all = preview.inputTokens + preview.outputTokens
    let bounds = [
      at(limits.requestsPerMinute, preview.messages, "requests a minute"),
      at(limits.tokensPerMinute, all, "tokens a minute"),
      at(limits.inputTokensPerMinute, preview.inputTokens, "input tokens a minute"),
      at(limits.outputTokensPerMinute, preview.outputTokens, "output tokens a minute"),
      rate > 0 ? (Double(preview.messages) / rate, "--rate") : nil,
    ]
    return bounds.compactMap { $0 }.max { $0.0 < $1.0 }
  }

  // MARK: Shown

  func table(_ preview: ReplayPreview) -> [String] {
    let counts = preview.counts
    let time = seconds(preview)
    let cost = costMicros(preview).map { "\(Quantity.text(micros: $0)) \(price?.currency ?? "")" }
    var rows = [
      ("messages read", "\(counts.read)"), ("messages that match", "\(counts.matched)"),
      ("distinct keys", counts.keys == 0 && counts.matched > 0 ? "not counted" : "\(counts.keys)"),
      ("messages to publish", "\(preview.messages)"), ("payload bytes", "\(preview.payloadBytes)"),
      ("input tokens, estimated", "\(preview.inputTokens)"),
      ("output tokens, at most", "\(preview.outputTokens)"), ("model", model),
      ("cost, at most", cost ?? "no price known"),
      (
        "time, at least", time.map { "\(Self.words($0.seconds)) (\($0.bound))" } ?? "no limit known"
      ),
    ]
    for (name, count) in [
      ("unreadable messages", counts.unreadable), ("cut dead letters", counts.truncated),
      ("highlights written since", counts.renewed), ("deleted meanwhile", counts.deleted),
    ] where count > 0 { rows.append((name, "\(count)")) }
    let width = rows.map(\.0.count).max() ?? 0
    return rows.map { name, value in
      name + String(repeating: " ", count: width - name.count + 2) + HighlightText.plain(value)
    }
  }

  static func words(_ seconds: Double) -> String {
    let whole = Int(seconds.rounded(.up))
    if whole < 120 { return "\(whole) s" }
    if whole < 7_200 { return "\(whole / 60) min" }
    return "\(whole / 3_600) h \(whole % 3_600 / 60) min"
  }

  func json(_ preview: ReplayPreview) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    encoder.keyEncodingStrategy = .convertToSnakeCase
    let time = seconds(preview)
    return String(
      decoding: try encoder.encode(
        Object(
          read: preview.counts.read, matched: preview.counts.matched, keys: preview.counts.keys,
          messages: preview.messages, payloadBytes: preview.payloadBytes,
          inputTokens: preview.inputTokens, outputTokens: preview.outputTokens, model: model,
          costMicros: costMicros(preview), currency: price?.currency, seconds: time?.seconds,
          boundBy: time?.bound, unreadable: preview.counts.unreadable,
          truncated: preview.counts.truncated, renewed: preview.counts.renewed)), as: UTF8.self)
  }

  private struct Object: Encodable {
    let read, matched, keys: UInt64
    let messages, payloadBytes, inputTokens, outputTokens: Int
    let model: String
    let costMicros: UInt64?
    let currency: String?
    let seconds: Double?
    let boundBy: String?
    let unreadable, truncated, renewed: UInt64
  }
}
