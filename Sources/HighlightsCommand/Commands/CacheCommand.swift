import ArgumentParser
import HighlightStore
import Kafka
import KafkaWorker
import Logging
import ServiceLifecycle

/// `highlights cache`: the cache writer.
struct CacheCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "cache",
    abstract: "Keeps a store equal to the highlights topic, until SIGTERM, which drains it.")

  @OptionGroup var common: CommonOptions

  func run() async throws {
    let settings = try common.settings()
    let kafka = try settings.kafka.client()
    let store = try SQLiteHighlightStore(path: settings.store.path)
    let reporter = WorkerReporter(role: "cache")
    let producer = try KafkaProducer(
      configuration: settings.kafka.producer(kafka), logger: Logger(label: "producer"),
      onError: { reporter.report(.clientFailed($0)) })
    let worker = try Roles.cacheWriter(
      settings, client: kafka, producer: producer, store: store, observe: reporter.report)
    Talk.say(
      "cache: Kafka \(settings.kafka.bootstrapServers.joined(separator: ",")), store \(settings.store.path)"
    )
    let result = await Running.untilSignal(
      [WorkerServices.status(settings.status, role: "cache", worker: worker), worker],
      drain: settings.worker.drainTimeout)
    await producer.shutdown()
    try await store.close()
    try result.get()
    Talk.say("cache: drained and left the group")
  }
}
