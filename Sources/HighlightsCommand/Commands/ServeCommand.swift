import ArgumentParser
import Foundation
import HighlightStore
import Kafka
import KafkaWorker
import LLMGateway
import Logging
import LookupService
import ServiceLifecycle
import VideoCatalog

/// `highlights serve`: the look-up API and the page.
struct ServeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "serve",
    abstract:
      "Answers look-ups over HTTP and publishes searches that have no highlight, until SIGTERM.",
    discussion: """
      Protocols/openapi.yaml is its contract; / is a page to search with, /fleet one that shows how \
      the workers are. Any number of them may run beside each other.
      """)

  @Option(help: "The address to listen on (serve.host).")
  var host: String?

  @Option(help: "The port, 0 for a free one (serve.port).")
  var port: Int?

  @Option(help: "The SQLite file of videos (catalog.path).")
  var catalog: String?

  @OptionGroup var common: CommonOptions

  func run() async throws {
    let settings = try common.settings([
      ("serve.host", host), ("serve.port", port.map(String.init)), ("catalog.path", catalog),
    ])
    let observing = Observing(settings, role: "serve")
    let kafka = try settings.kafka.client()
    let (store, storeName) = try settings.store.open(reading: true)
    let catalog = try settings.catalog.open()
    let troubles = WorkerReporter(role: "serve")
    let producer = try KafkaProducer(
      measuredAs: "producer", settings.kafka.producer(kafka, lingering: false),
      onError: { troubles.report(.clientFailed($0)) })
    let server = try LookupServer(
      settings, client: kafka, producer: producer, store: settings.store.measured(store),
      catalog: catalog)
    Talk.say(
      "serve: Kafka \(settings.kafka.bootstrapServers.joined(separator: ",")), store \(storeName)")
    let result = await Running.untilSignal(
      observing.services + server.status(settings.status, observing) + server.services,
      drain: settings.serve.limits.wait)
    await producer.shutdown()
    try await store.close()
    try await catalog?.close()
    try result.get()
    Talk.say("serve: ended")
  }
}
