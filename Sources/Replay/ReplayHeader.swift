import HighlightsProtocol
import Kafka

/// The headers of a message that is published again.
public struct ReplayHeader: Sendable {
  /// Names the replay that published a message.
  public static let job = HeaderName.replayJob

  private let added: [KafkaHeader]
  private let dropped: Set<String>

  init(job: String, forceRefresh: Bool, variant: String?) {
    var added = [KafkaHeader(Self.job, job)]
    if forceRefresh { added.append(KafkaHeader(HeaderName.forceRefresh, "true")) }
    if let variant { added.append(KafkaHeader(HeaderName.variant, variant)) }
    self.added = added
    dropped = Set(added.map(\.name)).union(Self.ofEarlierTries)
  }

  /// What earlier tries took, and that one sent it on: neither is true of the new one.
  private static let ofEarlierTries: Set<String> = [
    HeaderName.spent, HeaderName.forwarded, truncatedFrom,
  ]
  /// Of dead letters whose payload was cut; see `KafkaWorker`.
  static let truncatedFrom = "truncated-from"
  /// Of dead letters and retries, as Spring names them.
  private static let prefixes = ["kafka_dlt-", "retry_topic-"]

  /// The message's own, without those of its tries, and the replay's.
  func headers(replacing original: [KafkaHeader]) -> [KafkaHeader] {
    var headers: [KafkaHeader] = []
    headers.reserveCapacity(original.count + added.count)
    for header in original where !isDropped(header.name) { headers.append(header) }
    headers += added
    return headers
  }

  private func isDropped(_ name: String) -> Bool {
    dropped.contains(name) || Self.prefixes.contains { name.utf8.starts(with: $0.utf8) }
  }
}
