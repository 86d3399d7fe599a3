import ArgumentParser

/// What can be paused by itself.
enum SearchLane: String, CaseIterable, ExpressibleByArgument {
  /// New searches.
  case queries
  /// Searches of a reprocessing.
  case backfill
  /// Searches that failed and wait for their next try.
  case retries

  func topics(_ settings: Settings) -> Set<String> {
    switch self {
    case .queries: [settings.kafka.topics.queries]
    case .backfill: [settings.kafka.topics.backfill]
    case .retries: Set(settings.worker.retryDelays.map(settings.kafka.topics.retry))
    }
  }
}
