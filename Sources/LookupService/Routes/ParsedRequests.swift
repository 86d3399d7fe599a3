import Highlights
import Synchronization

/// Look-ups by the query they came as.
///
/// Checking and normalising a text and hashing its key takes longer than finding its highlight in
/// memory, and what is searched for often comes in the same bytes.
final class ParsedRequests: Sendable {
  /// What one takes in memory, about.
  private static let usualCost = 700

  private let longestWait: Duration
  private let parsed: Mutex<FrequencyCache<String, LookupRequest>>

  /// - Parameter bytes: What those remembered may take together.
  init(longestWait: Duration, bytes: Int) {
    self.longestWait = longestWait
    parsed = Mutex(FrequencyCache(capacity: bytes, cost: Self.usualCost))
  }

  /// - Throws: ``APIError/badParameter(name:value:allowed:)``.
  func request(_ query: String?) throws(APIError) -> LookupRequest {
    let query = query ?? ""
    if let known = parsed.withLock({ $0.value(forKey: query) }) { return known }
    let request = try LookupRequest(query: query, longestWait: longestWait)
    let cost = query.utf8.count * 2 + request.search.normalizedText.description.utf8.count + 512
    parsed.withLock { $0.insert(request, forKey: query, cost: cost) }
    return request
  }
}
