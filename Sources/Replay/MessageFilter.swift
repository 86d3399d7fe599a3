import Highlights
import HighlightsProtocol
import Kafka

/// Which messages a replay is about.
///
/// It decides by a message and by what is fixed in the job alone, so that a resumed replay chooses the same again.
struct MessageFilter: Sendable {
  enum Verdict: Sendable, Hashable {
    /// The key is nil where nobody asked for it.
    case matches(KeyDigest?)
    case rejected
    /// Neither record key nor contents say which highlight it is about.
    case unreadable
    case truncated
    case renewed
  }

  private let spec: ReplaySpec
  private let filters: ReplayFilters
  private let since: Int64?
  private let until: Int64?
  private let olderThan: Int64?
  private let keys: Set<KeyDigest>
  private let facts: HighlightFacts?
  private let needsText: Bool
  private let needsKey: Bool

  init(_ spec: ReplaySpec, keys: Set<KeyDigest> = [], facts: HighlightFacts? = nil) {
    self.spec = spec
    filters = spec.filters
    since = filters.hasSince ? UnixTime(filters.since).milliseconds : nil
    until = filters.hasUntil ? UnixTime(filters.until).milliseconds : nil
    olderThan = filters.hasOlderThan ? UnixTime(filters.olderThan).milliseconds : nil
    self.keys = keys
    self.facts = facts
    needsText = !filters.locale.isEmpty || !filters.text.isEmpty
    needsKey = !spec.every || !keys.isEmpty || facts != nil
  }

  func verdict(on message: KafkaMessage) -> Verdict {
    if since != nil || until != nil {
      guard let time = message.timestamp, time >= since ?? .min, time < until ?? .max else {
        return .rejected
      }
    }
    let needsHeaders = !filters.headers.isEmpty || needsText || spec.source == .deadLetters
    let headers = needsHeaders ? message.headers : []
    for filter in filters.headers where headers.text(filter.name) != filter.value {
      return .rejected
    }
    if needsText {
      guard let search = contents(of: message, headers) else { return .unreadable }
      guard hasLocale(search.locale), hasText(search.text) else { return .rejected }
    }
    var key: KeyDigest?
    if needsKey {
      key = self.key(of: message)
      guard let key else { return .unreadable }
      guard keys.isEmpty || keys.contains(key) else { return .rejected }
      if let facts, let refusal = refusal(of: key, facts) { return refusal }
    }
    if headers.contains(where: { $0.name == ReplayHeader.truncatedFrom }) { return .truncated }
    return .matches(key)
  }

  // MARK: The highlight

  /// Why the key's highlight is not one that was asked for; nil when it is.
  private func refusal(of key: KeyDigest, _ facts: HighlightFacts) -> Verdict? {
    switch facts.known(of: key) {
    case .renewed: return .renewed
    case .none:
      return filters.outcome == "none" || !asksForHighlights ? nil : .rejected
    case .fact(let fact):
      guard filters.outcome.isEmpty || filters.outcome == facts.outcome(of: fact),
        filters.promptVersion.isEmpty || filters.promptVersion == facts.prompt(of: fact),
        filters.model.isEmpty || filters.model == facts.model(of: fact),
        fact.generatedAt < olderThan ?? .max
      else { return .rejected }
      return nil
    }
  }

  private var asksForHighlights: Bool { filters.asksForHighlights }

  // MARK: The message

  /// The record key where it is a highlight key, else that of the search inside.
  private func key(of message: KafkaMessage) -> KeyDigest? {
    if let key = message.key.flatMap({ KeyDigest($0) }) { return key }
    guard spec.source != .highlights,
      let contents = contents(of: message, message.headers),
      let text = try? NormalizedText(contents.text), let locale = Self.tag(contents.locale)
    else { return nil }
    return KeyDigest(HighlightKey(text: text, locale: locale))
  }

  private func contents(
    of message: KafkaMessage, _ headers: [KafkaHeader]
  ) -> (text: String, locale: String)? {
    let contentType = headers.text(HeaderName.contentType)
    guard let value = message.value else { return nil }
    if spec.source == .highlights {
      let highlight: Highlight? = try? MessageCodec().decode(from: value, contentType: contentType)
      return highlight.map { ($0.queryText, $0.locale) }
    }
    let search: SearchQuery? = try? MessageCodec().decode(from: value, contentType: contentType)
    return search.map { ($0.text, $0.locale) }
  }

  private func hasLocale(_ locale: String) -> Bool {
    filters.locale.isEmpty || Self.tag(locale)?.description == filters.locale
  }

  private func hasText(_ text: String) -> Bool {
    filters.text.isEmpty
      || (try? NormalizedText(text))?.description.contains(filters.text) ?? false
  }

  private static func tag(_ locale: String) -> LanguageTag? {
    locale.isEmpty ? .undetermined : try? LanguageTag(locale)
  }
}

extension ReplayFilters {
  /// Whether they are about the highlights of the keys, and not only about the messages.
  public var asksForHighlights: Bool {
    !outcome.isEmpty || !promptVersion.isEmpty || !model.isEmpty || hasOlderThan
  }
}
