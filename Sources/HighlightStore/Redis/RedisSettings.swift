/// How long a store waits for its Redis server, and how much may wait there.
public struct RedisSettings: Sendable, Hashable {
  /// The longest that a connection may take until TLS is agreed.
  public var connectTimeout: Duration
  /// The longest that the reply to a command may take; after it the connection is given up.
  public var commandTimeout: Duration
  /// Between two tries to connect again; doubles up to the longest one. What is waited is half of it to all of it, at
  /// random, so that a fleet does not come back all at once.
  public var firstBackoff: Duration
  public var longestBackoff: Duration
  /// How many commands may wait for replies, over all callers; a call beyond it throws `overloaded`.
  public var maximumWaitingCommands: Int
  /// A PEM file of the authorities to trust for `rediss://`; the system's own when nil.
  public var trustedCertificates: String?
  /// From how many bytes on a highlight is compressed, where that saves an eighth. Both kinds are always read.
  public var compressedFrom: Int

  public init(
    connectTimeout: Duration = .seconds(2), commandTimeout: Duration = .seconds(2),
    firstBackoff: Duration = .milliseconds(50), longestBackoff: Duration = .seconds(2),
    maximumWaitingCommands: Int = 50_000, trustedCertificates: String? = nil,
    compressedFrom: Int = 512
  ) {
    self.connectTimeout = connectTimeout
    self.commandTimeout = commandTimeout
    self.firstBackoff = firstBackoff
    self.longestBackoff = longestBackoff
    self.maximumWaitingCommands = maximumWaitingCommands
    self.trustedCertificates = trustedCertificates
    self.compressedFrom = compressedFrom
  }
}
