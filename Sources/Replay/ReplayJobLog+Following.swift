import Foundation
import HighlightsProtocol
import Kafka
import Logging
import SwiftProtobuf

extension ReplayJobLog {
  /// Follows what is asked of a job, until cancelled.
  ///
  /// - Parameter ends: from where, by partition.
  func follow(_ job: ReplayJobState, from ends: [Int32: Int64], _ orders: ReplayOrders) async {
    let (id, runner) = (job.id, job.runner)
    var reading = KafkaConsumerConfiguration(client: client, groupID: "highlights-replay")
    reading.offsetReset = .earliest
    guard let consumer = try? KafkaConsumer(configuration: reading, logger: logger) else { return }
    await withTaskCancellationHandler {
      do {
        try await consumer.assign(
          ends.map { (TopicPartition(topic: topic, partition: $0), .at($1)) })
        var isClaimed = false
        for await event in consumer.events {
          guard case .messages(let batch) = event else { continue }
          for message in batch {
            guard let (found, record) = Self.record(message, logger), found == id else { continue }
            if case .job(let state) = record, state.runner == runner { isClaimed = true }
            // What stands before the claim lost to it, or was there when the job was made.
            if case .job = record, !isClaimed { continue }
            orders.take(record, runner: runner, run: job.runs)
          }
        }
      } catch {
        logger.warning("what is asked of replay \(id) is not heard: \(error)")
      }
      await consumer.close()
    } onCancel: {
      Task { await consumer.close() }
    }
  }

  // MARK: Asking

  /// Asks the process that works on a job to pause or to end it; where none does, the job is so at once.
  ///
  /// - Parameters:
  ///   - patience: how long a runner may be silent before it counts as gone.
  ///   - limit: how long its answer is waited for.
  /// - Returns: the job as it is then: still running when the process did not answer in time.
  /// - Throws: ``ReplayError``: an unknown or a finished job.
  public func ask(
    _ action: ReplayCommand.Action, of id: String, actor: String, reason: String = "",
    patience: Duration = ReplayRun.defaultPatience, limit: Duration = .seconds(60)
  ) async throws -> ReplayJobState {
    var state = try await job(id)
    let (runner, now) = (state.runner, UnixTime.now)
    switch state.refusal(now: now, patience: patience) {
    case .busyJob: return try await command(action, of: id, runner: runner, actor, reason, limit)
    case let refusal?: throw refusal
    case nil: break
    }
    state.status = action == .cancel ? .cancelled : .paused
    state.reason = [actor, reason].filter { !$0.isEmpty }.joined(separator: ": ")
    state.updatedAt = now.timestamp
    try await write(state)
    return state
  }

  private func command(
    _ action: ReplayCommand.Action, of id: String, runner: String, _ actor: String,
    _ reason: String, _ limit: Duration
  ) async throws -> ReplayJobState {
    var command = ReplayCommand()
    command.action = action
    command.runner = runner
    command.actor = actor
    command.reason = reason
    command.askedAt = UnixTime.now.timestamp
    try await write(command, to: id)
    let deadline = ContinuousClock.now + limit
    while true {
      let state = try await job(id)
      guard state.status == .running, state.runner == runner, .now < deadline else { return state }
      try await Task.sleep(for: .milliseconds(500))
    }
  }
}
