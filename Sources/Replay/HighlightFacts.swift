import Foundation
import HighlightsProtocol
import Kafka

/// What the filters and the order ask about the highlights of keys, as it was when the job was made.
///
/// The topic is compacted: of a key that was written anew since then the older record may be gone. Such a key is
/// `renewed`, and no replay that asks for old highlights is about it any more.
struct HighlightFacts: Sendable {
  struct Fact: Sendable, Hashable {
    /// Milliseconds since 1970.
    var generatedAt: Int64
    fileprivate var prompt: UInt16
    fileprivate var model: UInt16
    fileprivate var status: UInt8
  }

  enum Known: Sendable, Hashable {
    case fact(Fact)
    case renewed
    /// There never was one.
    case none
  }

  private var facts: [KeyDigest: Fact] = [:]
  private var renewed: Set<KeyDigest> = []
  private var prompts = Names()
  private var models = Names()

  /// Words that many highlights share, each once.
  private struct Names: Sendable {
    private(set) var all: [String] = []
    private var numbers: [String: UInt16] = [:]

    mutating func number(of name: String) -> UInt16 {
      if let number = numbers[name] { return number }
      // Beyond that many the others share the last number, and with it no filter's name.
      guard all.count < Int(UInt16.max) else { return .max }
      numbers[name] = UInt16(all.count)
      all.append(name)
      return UInt16(all.count - 1)
    }

    func name(_ number: UInt16) -> String { number < all.count ? all[Int(number)] : "" }
  }

  func known(of key: KeyDigest) -> Known {
    if let fact = facts[key] { return .fact(fact) }
    return renewed.contains(key) ? .renewed : .none
  }

  func prompt(of fact: Fact) -> String { prompts.name(fact.prompt) }
  func model(of fact: Fact) -> String { models.name(fact.model) }
  func outcome(of fact: Fact) -> String { Self.word(.init(rawValue: Int(fact.status))) }

  /// The words of outcomes that a filter may name.
  static let outcomes = ["answered", "no_answer", "filtered", "withdrawn", "none"]

  private static func word(_ status: Highlight.Status?) -> String {
    switch status {
    case .answered: "answered"
    case .noAnswer: "no_answer"
    case .filtered: "filtered"
    case .withdrawn: "withdrawn"
    case .unspecified, .UNRECOGNIZED, nil: ""
    }
  }

  /// Takes a record; those of a partition come in the order of their offsets.
  ///
  /// - Parameter isWithin: whether it stands before the end that the job counts.
  mutating func add(key: KeyDigest, _ highlight: Highlight?, isWithin: Bool) {
    guard isWithin else {
      if facts[key] == nil { renewed.insert(key) }
      return
    }
    guard let highlight else {
      facts[key] = nil
      return
    }
    let provenance = highlight.provenance
    facts[key] = Fact(
      generatedAt: UnixTime(highlight.generatedAt).milliseconds,
      prompt: prompts.number(of: provenance.promptVersion),
      model: models.number(
        of: provenance.modelServed.isEmpty ? provenance.modelRequested : provenance.modelServed),
      status: UInt8(clamping: highlight.status.rawValue))
  }

  /// How much a key's highlight is missed: the messages that asked for it, times the seconds since it was generated.
  /// One that was never written counts as if that had been in 1970.
  func score(of entry: LatestMessages.Entry, at now: Int64) -> Double {
    var generatedAt: Int64 = 0
    if case .fact(let fact) = known(of: entry.key) { generatedAt = fact.generatedAt }
    return Double(entry.count) * Double(max(1, (now - generatedAt) / 1_000))
  }
}
