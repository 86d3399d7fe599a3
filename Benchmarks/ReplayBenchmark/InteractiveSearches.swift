import BenchmarkSupport
import Foundation
import HighlightsProtocol
import Kafka
import TestSupport

/// Searches of people, published at random moments.
struct InteractiveSearches {
  let fleet: ReplayFleet
  /// On average.
  let perSecond: Double

  /// Publishes for a while and waits for all outcomes.
  ///
  /// - Returns: milliseconds from the moment each search was published to the moment its outcome was.
  func waits(_ name: String, seconds: Int) async throws -> [Double] {
    let published = try await publish(name, for: .seconds(seconds))
    var waits: [Double] = []
    try await poll("the outcomes of \(name)", limit: .seconds(60)) {
      waits = []
      try await fleet.readOutcomes { outcome, time in
        guard let begin = published[outcome.queryID] else { return }
        guard outcome.result == .answered || outcome.result == .noAnswer else {
          throw BenchmarkError("\(outcome.queryID) ended \(outcome.result) \(outcome.reason)")
        }
        waits.append(Double(time - begin))
      }
      return waits.count >= published.count
    }
    return waits
  }

  /// By each search's identifier when it was published, in milliseconds since 1970.
  private func publish(_ name: String, for length: Duration) async throws -> [String: Int64] {
    var configuration = KafkaProducerConfiguration(client: fleet.broker.client)
    configuration.linger = .zero
    let producer = try KafkaProducer(configuration: configuration)
    let result: Result<[String: Int64], any Error>
    do {
      result = .success(try await publish(name, for: length, producer))
    } catch {
      result = .failure(error)
    }
    await producer.shutdown()
    return try result.get()
  }

  private func publish(
    _ name: String, for length: Duration, _ producer: KafkaProducer
  ) async throws -> [String: Int64] {
    var published: [String: Int64] = [:]
    // The same moments in each run and for each name.
    var random = SeededGenerator(seed: 7)
    let begin = ContinuousClock.now
    var due = Duration.zero
    while true {
      due += .seconds(-log(1 - Double.random(in: 0..<1, using: &random)) / perSecond)
      guard due < length else { return published }
      try await Task.sleep(until: begin + due, clock: .continuous)
      let id = "\(name)-\(published.count)"
      let message = try ReplayFleet.search(id, topic: "search.queries")
      published[id] = UnixTime.now.milliseconds
      try await producer.send([message])
    }
  }
}
