import Foundation
import LookupService
import Observability
import ServiceLifecycle
import Synchronization

extension LookupServer {
  /// Serves the metrics of the look-up API, apart from the API itself, which is for strangers.
  func status(_ settings: StatusSettings, _ observing: Observing) -> [any Service] {
    let service = service
    let opening = Opened(service: service)
    let server = observing.server(
      settings, troubles: { [] },
      report: {
        let statistics = service.statistics
        return try JSONEncoder().encode([
          "cached": statistics.cached, "cachedBytes": statistics.cachedBytes,
          "pendingSearches": statistics.pendingSearches, "waiters": statistics.waiters,
        ])
      },
      missing: { opening.isOpen ? [] : ["look-ups are not taken yet"] },
      measure: { service.statistics.record() })
    return [server, opening]
  }
}

/// Whether look-ups are taken.
private final class Opened: Service {
  private let service: LookupService
  private let state = Mutex(false)

  init(service: LookupService) { self.service = service }

  var isOpen: Bool { state.withLock { $0 } }

  func run() async throws {
    // It listens or stops in the end, and this returns.
    if (try? await service.port()) != nil { state.withLock { $0 = true } }
    // A service that returns would end the others.
    try? await gracefulShutdown()
    state.withLock { $0 = false }
  }
}
