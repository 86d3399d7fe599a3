import NIOHTTP1

/// Which of the provider's own deployments answered, where it says so.
///
/// Azure moves a call from a full provisioned deployment to another (spillover); limits that such a
/// response names are the other's.
public struct ServedBy: Sendable, Hashable {
  /// Its name at the provider, at most 200 characters.
  public let deployment: String?
  /// The deployment that the call was addressed to and that was full; nil when it answered itself.
  public let spilledFrom: String?

  public init(deployment: String?, spilledFrom: String? = nil) {
    self.deployment = deployment
    self.spilledFrom = spilledFrom
  }

  /// - Returns: nil when the headers do not say.
  init?(_ headers: HTTPHeaders) {
    func name(_ header: String) -> String? {
      headers.first(name: header).flatMap { $0.isEmpty ? nil : String($0.prefix(200)) }
    }
    self.init(
      deployment: name("x-ms-deployment-name"), spilledFrom: name("x-ms-spillover-from-deployment"))
    if deployment == nil && spilledFrom == nil { return nil }
  }
}
