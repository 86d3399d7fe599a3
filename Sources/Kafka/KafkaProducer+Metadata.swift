import Dispatch

extension KafkaProducer {
  /// How many partitions a topic has; throws when no broker says so within `timeout`.
  public func partitionCount(
    of topic: String, timeout: Duration = .seconds(10)
  ) async throws(KafkaError) -> Int32 {
    let result: Result<Int32, KafkaError> = await withCheckedContinuation { continuation in
      // Waits for a broker's answer: not on Swift's own threads.
      DispatchQueue.global().async {
        let answer = self.usage.whileOpen {
          Result { () throws(KafkaError) in
            try TopicMetadata.partitionCount(
              of: topic, client: self.handle.pointer, timeout: timeout)
          }
        }
        continuation.resume(returning: answer ?? .failure(.closed("producer")))
      }
    }
    return try result.get()
  }
}
