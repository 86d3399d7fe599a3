import HighlightStore
import Hummingbird

/// `GET /healthz`: whether the store can be read.
struct HealthRoute: Sendable {
  let desk: LookupDesk

  func respond() async throws -> Response {
    do {
      _ = try await withTimeLimit(.seconds(2)) { [store = desk.store] in
        try await store.highlight(forKey: "healthz", variant: "")
      }
    } catch {
      throw APIError.unavailable("The store cannot be read now.", retryAfter: .seconds(2))
    }
    return try .json(["status": "ok"])
  }
}
