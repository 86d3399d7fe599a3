import GRDB
import SwiftProtobuf

/// A store that cannot do what was asked: which one, why, and what to do.
public struct StoreError: Error, CustomStringConvertible {
  public enum Reason: Sendable, Hashable {
    /// The folder the file should be in does not exist.
    case folderMissing
    /// There is no store to read yet.
    case fileMissing
    /// The file is damaged or no store.
    case corrupt
    /// There is no room to write.
    case diskFull
    /// Another process held the file for longer than the busy timeout.
    case busy
    /// The file or its folder may not be read or written.
    case permission
    /// A newer version of this program wrote it.
    case newerSchema
    /// An older version of this program wrote it.
    case olderSchema
    /// The server cannot be reached, does not answer in time or cannot serve now; it is tried again.
    case unavailable
    /// The server refused the user, the password or the command.
    case accessDenied
    /// The server has no memory left to write to.
    case memoryFull
    /// Too many commands wait for the server's replies.
    case overloaded
    /// The store was closed.
    case closed
    /// Something else; see the cause.
    case failed
  }

  public let reason: Reason
  /// The file, the folder when that is what is missing, or the server's URL without user and password.
  public let path: String
  public let cause: (any Error)?

  public init(_ reason: Reason, path: String, cause: (any Error)? = nil) {
    self.reason = reason
    self.path = path
    self.cause = cause
  }

  public var description: String {
    let text = "Highlight store \(path): \(explanation)"
    guard let cause else { return text }
    return "\(text) (\(cause))"
  }

  private var explanation: String {
    switch reason {
    case .folderMissing:
      "this folder does not exist; create it or change store.path."
    case .fileMissing:
      "this file does not exist; start a cache writer, which creates it, or change store.path."
    case .corrupt:
      """
      it is damaged or no highlight store; move it away and rebuild it from the topic with \
      highlights cache --rebuild.
      """
    case .diskFull: "the disk is full; make room."
    case .busy: "another process kept it locked for more than 5 s; stop it or try again."
    case .permission: "it cannot be opened or written; check its owner and mode and its folder's."
    case .newerSchema: "a newer version of this program made it; run that version or move it away."
    case .olderSchema:
      """
      an older version of this program wrote it; start the cache writer, which brings a file up to date; of a server \
      remove the keys hl:* and rebuild it.
      """
    case .unavailable: "the server does not serve now; it is tried again until it does."
    case .accessDenied:
      "the server refused; check the user and password in store.url and what the user may do."
    case .memoryFull: "the server has no memory left; raise its maxmemory."
    case .overloaded: "too much waits for the server already; ask less at once or try again."
    case .closed: "it is closed."
    case .failed: "it failed."
    }
  }
}

extension StoreError {
  /// Names what SQLite reported.
  init(sqlite error: any Error, path: String) {
    if let error = error as? StoreError {
      self = error
      return
    }
    let code = (error as? DatabaseError)?.extendedResultCode
    let reason: Reason =
      switch (error as? DatabaseError)?.resultCode {
      case .SQLITE_CORRUPT, .SQLITE_NOTADB: .corrupt
      case .SQLITE_FULL: .diskFull
      // The file that readers and writers share beside the write-ahead log could not grow.
      case .SQLITE_IOERR where code == .SQLITE_IOERR_SHMSIZE: .diskFull
      case .SQLITE_BUSY, .SQLITE_LOCKED: .busy
      case .SQLITE_READONLY, .SQLITE_CANTOPEN, .SQLITE_PERM, .SQLITE_AUTH: .permission
      case .SQLITE_MISUSE: .closed
      // What was stored is no highlight any more.
      case nil where error is SwiftProtobufError || error is BinaryDecodingError: .corrupt
      default: .failed
      }
    self.init(reason, path: path, cause: error)
  }
}
