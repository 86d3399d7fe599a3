import Synchronization
import WorkerRuntime

extension KafkaWorker {
  /// Has exactly the lanes of these topics begin nothing, until the next call. What is with the handler goes on;
  /// what waits for another try goes back to its queue.
  ///
  /// Takes effect within 100 ms. A topic that the worker does not read is ignored.
  public func setPausedTopics(_ topics: Set<String>) {
    core.withLock { core in
      let lanes = Set(
        topics.filter { subscribesTo($0) || configuration.ownedTopics.contains($0) }
          .map { core.configuration.lane(of: $0) })
      for lane in 0...core.configuration.lanes.count {
        core.setPaused(lanes.contains(lane), lane: lane)
      }
    }
  }

  private func subscribesTo(_ topic: String) -> Bool {
    subscribedTopics?.contains(topic) ?? !configuration.ownedTopics.contains(topic)
  }

  /// The subscribed topics; nil where a pattern names them.
  var subscribedTopics: Set<String>? {
    configuration.topics.contains { $0.hasPrefix("^") } ? nil : Set(configuration.topics)
  }
}
