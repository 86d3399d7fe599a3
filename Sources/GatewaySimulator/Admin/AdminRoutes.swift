import Foundation
import Hummingbird
import NIOCore
import NIOFoundationCompat

/// What a test or an operator asks of a running simulator.
///
/// `GET /admin/settings` and `PATCH /admin/settings` (any subset of the same object, merged), `GET
/// /admin/ledger` and `POST /admin/ledger/reset`. They need no key and are answered during outages.
struct AdminRoutes: Sendable {
  private static let longestPatch = 1 << 20

  let state: GatewaySimulatorState

  func add(to router: Router<SimulatorContext>) {
    router.get("/admin/settings") { _, _ in try Response.json(state.settings.json) }
    router.patch("/admin/settings") { request, _ in try await patch(request) }
    router.get("/admin/ledger") { _, _ in try Response.json(state.ledger) }
    router.post("/admin/ledger/reset") { _, _ in
      state.resetLedger()
      return try Response.json(state.ledger)
    }
  }

  private func patch(_ request: Request) async throws -> Response {
    let body: ByteBuffer
    do {
      body = try await request.body.collect(upTo: Self.longestPatch)
    } catch is NIOTooManyBytesError {
      throw GatewaySimulatorError.requestTooLarge(limit: Self.longestPatch)
    }
    let patch: [String: JSONValue]
    do {
      patch = try JSONDecoder().decode([String: JSONValue].self, from: body)
    } catch {
      throw GatewaySimulatorError.invalidRequest(
        "The body is not a JSON object of settings: \(error)")
    }
    let settings = try state.change { (settings) throws(GatewaySimulatorError) in
      try settings.merge(patch)
    }
    return try .json(settings.json)
  }
}
