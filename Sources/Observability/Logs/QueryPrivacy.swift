import Crypto
import Foundation

/// Whether what people search for may be seen in logs.
///
/// What is said of a search is hidden behind a hash, so that lines of one search can be told to be of one. Its salt is
/// this process's own and is not kept: nobody can try out searches against it later.
public struct QueryPrivacy: Sendable {
  /// Names of what is of a search: its text, and its key, which is a hash without a salt.
  public static let hidden: Set = ["query", "key"]

  private let showsText: Bool
  private let salt: SymmetricKey

  public init(showsText: Bool, salt: SymmetricKey = SymmetricKey(size: .bits256)) {
    self.showsText = showsText
    self.salt = salt
  }

  /// The text itself where it may be seen, else its hash.
  public func shown(_ text: String) -> String {
    guard !showsText else { return text }
    let code = HMAC<SHA256>.authenticationCode(for: Data(text.utf8), using: salt)
    return "#" + code.prefix(8).map { String(format: "%02x", $0) }.joined()
  }
}
