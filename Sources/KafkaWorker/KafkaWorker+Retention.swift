import Kafka
import Logging
import Synchronization
import WorkerRuntime

extension KafkaWorker {
  /// Alarms, again and again, while a message waits that its topic will soon have deleted.
  func watchRetention() async {
    guard let share = configuration.retentionAlarm else { return }
    var limits: [String: Duration] = [:]
    var nextLook = ContinuousClock.now
    var silentUntil: [TopicPartitionID: ContinuousClock.Instant] = [:]
    while !Task.isCancelled {
      if ContinuousClock.now >= nextLook {
        let found = await retentions()
        if let found { limits = found }
        nextLook = .now + (found == nil ? .seconds(60) : .seconds(3_600))
      }
      let wallClock = millisecondsSince1970()
      for (id, oldest) in core.withLock({ Self.oldest(in: $0) }) where oldest.timestamp >= 0 {
        guard let retention = limits[id.topic] else { continue }
        let age = Duration.milliseconds(wallClock - oldest.timestamp)
        guard age >= retention * share, silentUntil[id].map({ $0 <= .now }) ?? true else {
          continue
        }
        silentUntil[id] = .now + configuration.retentionAlarmInterval
        logger.critical(
          """
          \(id)@\(oldest.offset) is unfinished and \(age) old; the topic deletes what is older than \
          \(retention)
          """)
        observe(
          .nearRetention(
            TopicPartition(id), offset: oldest.offset, age: age, retention: retention))
      }
      try? await Task.sleep(for: min(.seconds(10), configuration.retentionAlarmInterval))
    }
  }

  private static func oldest(
    in core: Core
  ) -> [(TopicPartitionID, PartitionStatus.Unfinished)] {
    core.partitions.compactMap { id in core.status(of: id)?.oldestUnfinished.map { (id, $0) } }
  }

  /// For how long each topic keeps messages, of those that delete any by age; nil if no broker would say.
  private func retentions() async -> [String: Duration]? {
    do {
      let admin = try KafkaAdmin(configuration: configuration.consumer.client, logger: logger)
      let result: Result<[String: Duration], KafkaError>
      do throws(KafkaError) { result = .success(try await retentions(admin)) } catch {
        result = .failure(error)
      }
      await admin.close()
      return try result.get()
    } catch {
      logger.warning("the topics' retention is not known, so nothing warns of its end: \(error)")
      return nil
    }
  }

  private func retentions(_ admin: KafkaAdmin) async throws(KafkaError) -> [String: Duration] {
    var retentions: [String: Duration] = [:]
    for topic in (subscribedTopics ?? []).union(configuration.ownedTopics) {
      let settings = try await admin.describeConfiguration(of: .topic(topic))
      guard let text = settings["retention.ms"]?.value, let limit = Int64(text), limit >= 0,
        settings["cleanup.policy"]?.value?.contains("delete") ?? true
      else { continue }
      retentions[topic] = .milliseconds(limit)
    }
    return retentions
  }
}
