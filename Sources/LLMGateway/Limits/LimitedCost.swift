/// The tokens of one call, expected or used; the one request is implied.
public struct LimitedCost: Sendable, Hashable {
  public let input: Int
  public let output: Int

  /// - Parameters:
  ///   - input: Tokens of the prompt; below 0 counts as 0.
  ///   - output: Tokens of the answer; below 0 counts as 0.
  public init(input: Int, output: Int) {
    self.input = max(0, input)
    self.output = max(0, output)
  }

  var total: Int { input + output }

  /// Of a call that never left.
  public static let none = LimitedCost(input: 0, output: 0)
}

/// Who waits for a call.
public enum CallLane: Sendable, Hashable, CaseIterable {
  /// A search that somebody made just now.
  case interactive
  /// Work that may wait.
  case backfill
}

/// One of the limits that a provider counts.
public enum LimitDimension: Sendable, Hashable, CaseIterable {
  case requests, tokens, inputTokens, outputTokens
}
