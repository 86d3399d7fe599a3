/// How long answers are: the running mean of output tokens for each class of calls.
///
/// A class is what makes answers alike, such as prompt version and locale. Classes not met for long
/// are forgotten, so that no caller's words fill the memory.
public struct OutputEstimate: Sendable {
  private struct Mean: Sendable {
    var tokens: Double
    var count: Int
  }

  /// Of `maxTokens`, before a class has an answer.
  public let startFraction: Double
  private let half: Int
  /// The classes met since the older ones were put aside; together they are `maximumClasses`.
  private var recent: [String: Mean] = [:]
  private var older: [String: Mean] = [:]

  /// - Parameters:
  ///   - startFraction: Taken into 0...1.
  ///   - maximumClasses: At least 2.
  public init(startFraction: Double = 0.5, maximumClasses: Int = 4_096) {
    self.startFraction = startFraction.isFinite ? min(max(startFraction, 0), 1) : 1
    half = max(1, maximumClasses / 2)
  }

  /// How many classes are held.
  public var count: Int { recent.count + older.keys.count { recent[$0] == nil } }

  /// The tokens to expect, 1 to `maxTokens`.
  public func tokens(for kind: String, maxTokens: Int) -> Int {
    let mean = (recent[kind] ?? older[kind])?.tokens ?? startFraction * Double(maxTokens)
    return max(1, min(maxTokens, Int(min(mean, 1e15).rounded(.up))))
  }

  /// Learns from an answer: each counts as the 64th part, the first ones alike.
  public mutating func observe(_ tokens: Int, for kind: String) {
    guard tokens >= 0 else { return }
    var mean = recent[kind] ?? older[kind] ?? Mean(tokens: 0, count: 0)
    mean.count = min(mean.count + 1, 64)
    mean.tokens += (Double(tokens) - mean.tokens) / Double(mean.count)
    if recent[kind] == nil, recent.count >= half {
      older = recent
      recent = [:]
    }
    recent[kind] = mean
  }
}
