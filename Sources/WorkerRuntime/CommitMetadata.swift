/// The metadata of a commit: what is complete above the committed offset, and a note of whoever runs the worker.
///
/// Written as the text of ``CompletedOffsets``, and with a note as "<completed>|<note>|<checksum of the note>".
public struct CommitMetadata: Equatable, Sendable {
  /// A note that was found with a commit.
  public enum Note: Equatable, Sendable {
    case none
    case text(String)
    /// There was one, and it cannot be trusted.
    case damaged(String)
  }

  /// The text of ``CompletedOffsets``; empty for none.
  public let completed: String
  public let note: Note

  /// Bytes of a note: with the longest list of completed offsets it still fits what brokers keep.
  public static let longestNote = 256

  /// - Parameter note: at most ``longestNote`` bytes of printable ASCII without "|".
  public static func text(completed: String, note: String?) -> String {
    guard let note else { return completed }
    precondition(isAllowed(note), "a note of \(note.utf8.count) bytes, or with other characters")
    return "\(completed)|\(note)|\(CompletedOffsets.checksum(note))"
  }

  /// Takes a commit's metadata apart, whoever wrote it.
  public init(_ text: String) {
    guard let start = text.firstIndex(of: "|") else {
      (completed, note) = (text, .none)
      return
    }
    completed = String(text[..<start])
    let fields = text[text.index(after: start)...]
      .split(separator: "|", omittingEmptySubsequences: false)
    guard fields.count == 2 else {
      note = .damaged("it has \(fields.count) fields instead of 2")
      return
    }
    let words = String(fields[0])
    guard Self.isAllowed(words), fields[1] == CompletedOffsets.checksum(words) else {
      note = .damaged("its checksum is not its own")
      return
    }
    note = .text(words)
  }

  private static func isAllowed(_ note: String) -> Bool {
    note.utf8.count <= longestNote
      && note.utf8.allSatisfy { (0x20...0x7E).contains($0) && $0 != UInt8(ascii: "|") }
  }
}
