import Highlights

/// Withdraws highlights and videos, and lifts that.
///
/// A call returns once what it did will not be lost, and is made again after an error, as it may hold in part. What
/// holds already is no error: calling again changes nothing and says so.
public protocol TakedownDesk: Sendable {
  /// Withdraws the highlight of a search in all variants, whether or not there is one.
  func withdraw(_ search: Search, reason: String, actor: String) async throws -> HighlightTakedown

  /// Lifts that, also where it was withdrawn with a video: the highlight is then written anew.
  ///
  /// - Parameter reason: May be empty.
  func restore(_ search: Search, reason: String, actor: String) async throws -> HighlightTakedown

  /// Withdraws a video, and every highlight that cites or shows it.
  ///
  /// - Returns: How many highlights this call withdrew.
  func withdrawVideo(_ id: String, reason: String, actor: String) async throws -> Int

  /// Lifts that, and the withdrawals of the highlights that it withdrew.
  ///
  /// - Parameter reason: May be empty.
  /// - Returns: How many highlights this call restored.
  func restoreVideo(_ id: String, reason: String, actor: String) async throws -> Int
}

/// What holds for a highlight after it was withdrawn or restored.
public struct HighlightTakedown: Sendable, Hashable {
  /// As `Highlight.withdrawal_epoch`: odd while it is withdrawn, 0 where it never was.
  public var epoch: UInt32
  /// Whether this call made it so; false where it was so already.
  public var isChanged: Bool

  public init(epoch: UInt32, isChanged: Bool) {
    self.epoch = epoch
    self.isChanged = isChanged
  }
}
