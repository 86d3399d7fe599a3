import HighlightsProtocol
import SwiftProtobuf

/// What operators have switched, as far as `search.control` was read.
///
/// It keeps of a key and of a video only what decides: reasons and actors stand in the topic and on the highlights.
public struct ControlState: Sendable, Equatable {
  /// What a record did to the state.
  public enum Change: Sendable, Hashable {
    case changed
    /// It says what is known, or is older than that.
    case unchanged
    /// Its key is somebody else's, such as a later version's.
    case unknown
  }

  /// Lanes that are paused, each with the words given for it.
  public private(set) var pausedLanes: [String: String] = [:]
  /// The last switch of the live variant, with its reason; nil before the first.
  public private(set) var variantSwitch: LiveVariant?
  /// Ids of the videos that are withdrawn now.
  public private(set) var withdrawnVideos: Set<String> = []
  /// By highlight key: those withdrawn, and those of which that was lifted, whose highlights carry the epoch from then
  /// on.
  public private(set) var withdrawals: [String: Withdrawal] = [:]
  /// How many of ``withdrawals`` are in force.
  public private(set) var withdrawnHighlights = 0

  public init() {}

  static let lanePrefix = "lane/"
  static let variantKey = "variant/live"
  static let highlightPrefix = "highlight/"
  static let videoPrefix = "video/"

  /// The name of the live variant; empty is the default one.
  public var liveVariant: String { variantSwitch?.variant ?? "" }

  /// The epochs of ``withdrawals``, collected from all of them.
  public var withdrawalEpochs: [String: UInt32] { withdrawals.mapValues(\.epoch) }

  public func isWithdrawn(key: String) -> Bool { withdrawals[key]?.isInForce ?? false }

  /// What highlights of the key carry: 0 for one that was never withdrawn.
  public func epoch(ofKey key: String) -> UInt32 { withdrawals[key]?.epoch ?? 0 }

  /// Takes a record.
  ///
  /// A record without a value takes back what its key said, as compaction does for whoever reads later.
  ///
  /// - Throws: what reading the value throws, or ``ControlRecordError``; the state is then as it was.
  public mutating func apply(key: String, value: [UInt8]?) throws -> Change {
    if key == Self.variantKey { return try applyVariant(value) }
    if let lane = Self.name(in: key, after: Self.lanePrefix) { return try applyLane(lane, value) }
    if let video = Self.name(in: key, after: Self.videoPrefix) {
      return try applyVideo(video, value)
    }
    if let highlight = Self.name(in: key, after: Self.highlightPrefix) {
      return try applyHighlight(highlight, value)
    }
    return .unknown
  }

  /// The rest of a record key; nil when it is of another kind or names nothing.
  private static func name(in key: String, after prefix: String) -> String? {
    // By bytes: as characters, an id that begins with a combining mark would swallow the slash before it.
    guard key.utf8.starts(with: prefix.utf8), key.utf8.count > prefix.utf8.count else { return nil }
    return String(decoding: key.utf8.dropFirst(prefix.utf8.count), as: UTF8.self)
  }

  private mutating func applyLane(_ lane: String, _ value: [UInt8]?) throws -> Change {
    let change = try value.map { try LaneSwitch(serializedBytes: $0) }
    let reason = change.flatMap { $0.paused ? $0.reason : nil }
    guard pausedLanes[lane] != reason else { return .unchanged }
    pausedLanes[lane] = reason
    return .changed
  }

  private mutating func applyVariant(_ value: [UInt8]?) throws -> Change {
    let change = try value.map { try LiveVariant(serializedBytes: $0) }
    if let change, !change.variant.isEmpty, !VariantName.isValid(change.variant) {
      throw ControlRecordError(
        field: "variant", value: change.variant, allowed: "nothing, or \(VariantName.allowed)")
    }
    guard variantSwitch != change else { return .unchanged }
    variantSwitch = change
    return .changed
  }

  private mutating func applyVideo(_ id: String, _ value: [UInt8]?) throws -> Change {
    let isWithdrawn = try value.map { try VideoSwitch(serializedBytes: $0) }?.withdrawn ?? false
    let changes =
      isWithdrawn ? withdrawnVideos.insert(id).inserted : withdrawnVideos.remove(id) != nil
    return changes ? .changed : .unchanged
  }

  /// Epochs of a key only grow: a record of a lower one was written by somebody who had not heard of the known one.
  private mutating func applyHighlight(_ key: String, _ value: [UInt8]?) throws -> Change {
    let change = try value.map { try HighlightSwitch(serializedBytes: $0) }
    let known = withdrawals[key]
    let next = change.map {
      Withdrawal(epoch: $0.withdrawalEpoch, changedAt: UnixTime($0.changedAt))
    }
    if let next, next.epoch < known?.epoch ?? 1 { return .unchanged }
    guard next != known else { return .unchanged }
    withdrawals[key] = next
    withdrawnHighlights += (next?.isInForce ?? false ? 1 : 0) - (known?.isInForce ?? false ? 1 : 0)
    return .changed
  }
}

/// The last that was said of whether a highlight is withdrawn.
public struct Withdrawal: Sendable, Hashable {
  /// 1 or more: odd while it is withdrawn, even once that was lifted.
  public let epoch: UInt32
  /// What is published of the key from then on is later than that.
  public let changedAt: UnixTime

  /// Whether the highlight is withdrawn now.
  public var isInForce: Bool { !epoch.isMultiple(of: 2) }

  public init(epoch: UInt32, changedAt: UnixTime) {
    self.epoch = epoch
    self.changedAt = changedAt
  }
}

/// A record of `search.control` that can be read and says what is not allowed.
public struct ControlRecordError: Error, Sendable, Hashable, CustomStringConvertible {
  public let field: String
  public let value: String
  public let allowed: String

  public var description: String { "\(field) is \"\(value.prefix(80))\"; allowed: \(allowed)" }
}
