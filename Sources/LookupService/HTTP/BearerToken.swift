import Crypto

/// A token that a request must bear.
///
/// Only its digest is kept, and digests are compared: neither how long a comparison takes nor what
/// is in memory tells of the token.
struct BearerToken: Sendable {
  private let digest: SHA256Digest

  init(_ token: String) {
    digest = SHA256.hash(data: Array(token.utf8))
  }

  /// - Parameter authorization: The value of the `Authorization` header.
  func matches(authorization: String?) -> Bool {
    guard let authorization, authorization.utf8.count <= 8_192 else { return false }
    let parts = authorization.split(separator: " ", maxSplits: 1)
    guard parts.count == 2, parts[0].lowercased() == "bearer" else { return false }
    let token = parts[1].drop { $0 == " " }
    // A digest's own comparison takes the same time whatever it holds.
    return SHA256.hash(data: Array(token.utf8)) == digest
  }
}

/// Who may do what.
struct Authority: Sendable {
  private let write: BearerToken?
  private let admin: BearerToken?

  init(_ tokens: LookupServiceConfiguration.Tokens) {
    write = tokens.write.map(BearerToken.init)
    admin = tokens.admin.map(BearerToken.init)
  }

  /// Whether it bears a token that may write.
  func isWriter(authorization: String?) -> Bool {
    let isWriter = write?.matches(authorization: authorization) ?? false
    let isAdmin = admin?.matches(authorization: authorization) ?? false
    return isWriter || isAdmin
  }

  /// Throws unless it may write: everyone may where no write token is set.
  func requireWriter(authorization: String?) throws(APIError) {
    guard write != nil else { return }
    guard isWriter(authorization: authorization) else { throw .unauthorized }
  }

  /// Throws unless it bears the admin token: nobody does where none is set.
  func requireAdmin(authorization: String?) throws(APIError) {
    guard let admin else {
      throw .forbidden("Nobody may do this here: the server has no admin token configured.")
    }
    guard admin.matches(authorization: authorization) else { throw .unauthorized }
  }
}
