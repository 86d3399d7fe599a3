import GRDB

/// A catalogue that cannot do what was asked: which one, why, and what to do.
public struct VideoCatalogError: Error, CustomStringConvertible {
  public enum Reason: Sendable, Hashable {
    /// The folder the file should be in does not exist.
    case folderMissing
    /// There is no catalogue to read yet.
    case fileMissing
    /// The file is damaged or no catalogue.
    case corrupt
    /// There is no room to write.
    case diskFull
    /// Another process held the file for longer than the busy timeout.
    case busy
    /// The file or its folder may not be read or written.
    case permission
    /// A newer version of this program made the file.
    case newerSchema
    /// The catalogue was closed.
    case closed
    /// Something else; see the cause.
    case failed
  }

  public let reason: Reason
  /// The file, or the folder when that is what is missing.
  public let path: String
  public let cause: (any Error)?

  public init(_ reason: Reason, path: String, cause: (any Error)? = nil) {
    self.reason = reason
    self.path = path
    self.cause = cause
  }

  public var description: String {
    let text = "Video catalogue \(path): \(explanation)"
    guard let cause else { return text }
    return "\(text) (\(cause))"
  }

  private var explanation: String {
    switch reason {
    case .folderMissing:
      "this folder does not exist; create it or change catalog.path."
    case .fileMissing:
      "this file does not exist; make it with highlights ingest, or change catalog.path."
    case .corrupt:
      "this file is damaged or no video catalogue; move it away and ingest the videos again."
    case .diskFull: "the disk is full; make room."
    case .busy: "another process kept it locked for more than 5 s; stop it or try again."
    case .permission: "it cannot be opened or written; check its owner and mode and its folder's."
    case .newerSchema: "a newer version of this program made it; run that version or move it away."
    case .closed: "it is closed."
    case .failed: "it failed."
    }
  }
}

extension VideoCatalogError {
  /// Names what SQLite reported.
  init(sqlite error: any Error, path: String) {
    if let error = error as? VideoCatalogError {
      self = error
      return
    }
    let reason: Reason =
      switch (error as? DatabaseError)?.resultCode {
      case .SQLITE_CORRUPT, .SQLITE_NOTADB: .corrupt
      case .SQLITE_FULL: .diskFull
      case .SQLITE_BUSY, .SQLITE_LOCKED: .busy
      case .SQLITE_READONLY, .SQLITE_CANTOPEN, .SQLITE_PERM, .SQLITE_AUTH: .permission
      case .SQLITE_MISUSE: .closed
      default: .failed
      }
    self.init(reason, path: path, cause: error)
  }
}
