import CRDKafka
import Dispatch
import Logging

/// Looks after topics, their settings, offsets and consumer groups.
///
/// May be used from any task. Calls wait for brokers on a queue of their own, one after the other, each for
/// at most its timeout. Call ``close()`` when done.
public final class KafkaAdmin: Sendable {
  let servers: String
  private let handle: ClientHandle
  private let usage = HandleUsage()
  private let ended = Ended()
  private let blocking = DispatchQueue(label: "kafka.admin.blocking")

  /// Starts a client; brokers are reached in the background, again and again.
  public init(
    configuration: KafkaClientConfiguration, logger: Logger = Logger(label: "kafka.admin")
  ) throws(KafkaError) {
    servers = configuration.bootstrapServers.joined(separator: ",")
    // Nobody polls this handle, so no event but the answers of requests may be enabled on it.
    handle = try ClientHandle(
      type: RD_KAFKA_PRODUCER, properties: configuration.merged(with: [:]),
      context: CallbackContext(logger: logger, onError: { _ in }))
  }

  deinit { destroy() }

  /// Ends the client after the calls that were made before; later ones throw `closed`.
  public func close() async {
    destroy()
    await ended.wait()
  }

  /// Posted behind every call on the serial queue: none can be inside the handle when it goes.
  private func destroy() {
    usage.close()
    blocking.async { [handle, ended] in
      guard !ended.asked else { return }
      ended.ask()
      handle.destroy()
      ended.finish()
    }
  }

  /// Runs `body`, which may block, on the client's queue.
  func run<T: Sendable>(
    _ body: @escaping @Sendable (OpaquePointer) throws(KafkaError) -> T
  ) async throws(KafkaError) -> T {
    let result: Result<T, KafkaError> = await withCheckedContinuation { continuation in
      blocking.async { [handle, usage] in
        let answer = usage.whileOpen {
          Result { () throws(KafkaError) in try body(handle.pointer) }
        }
        continuation.resume(returning: answer ?? .failure(.closed("admin client")))
      }
    }
    return try result.get()
  }
}
