import HighlightsProtocol
import SwiftProtobuf

/// What operators have switched, as far as `search.control` was read.
public struct ControlState: Sendable, Equatable {
  /// Lanes that are paused, each with the words given for it.
  public private(set) var pausedLanes: [String: String] = [:]

  public init() {}

  static let lanePrefix = "lane/"

  /// Takes a record.
  ///
  /// - Returns: Whether its key is one that is known here; others are somebody else's, such as a later version's.
  /// - Throws: what reading the value throws; the state is then as it was.
  public mutating func apply(key: String, value: [UInt8]?) throws -> Bool {
    guard key.hasPrefix(Self.lanePrefix) else { return false }
    let lane = String(key.dropFirst(Self.lanePrefix.count))
    guard let value else {
      pausedLanes[lane] = nil
      return true
    }
    let change = try LaneSwitch(serializedBytes: value)
    pausedLanes[lane] = change.paused ? change.reason : nil
    return true
  }
}
