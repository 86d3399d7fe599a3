/// An error that a gateway answers with.
enum GatewayRefusal: Sendable, Equatable {
  case rateLimited(SimulatorLimits.Refusal)
  case insufficientQuota
  case budgetExceeded(status: Int)
  case highDemand
  case contentFilter
  case failure(status: Int)

  var status: Int {
    switch self {
    case .rateLimited, .insufficientQuota, .highDemand: 429
    case .budgetExceeded(let status), .failure(let status): status
    case .contentFilter: 400
    }
  }
}
