import ArgumentParser
import Kafka
import KafkaWorker
import LLMGateway
import Logging
import ServiceLifecycle
import Summarizer

/// `highlights summarize`: one summarizer worker.
struct SummarizeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "summarize",
    abstract: "Runs a summarizer worker until SIGTERM, which drains it.")

  @Option(help: "The gateway's URL up to, and without, /chat/completions (gateway.base_url).")
  var gateway: String?

  @OptionGroup var common: CommonOptions

  func run() async throws {
    let settings = try common.settings([("gateway.base_url", gateway)])
    guard let url = settings.gateway.baseURL else {
      throw ConfigurationError.noGateway
    }
    let observing = Observing(settings, role: "summarize")
    let plan = try settings.gatewayPlan(baseURL: url)
    let budget = plan.keeper()
    let client = try plan.client(
      settings, share: settings.limits.initialShare, budget: budget)
    let kafka = try settings.kafka.client()
    let reporter = WorkerReporter(role: "summarize")
    let readiness = WorkerReadiness()
    let producer = try KafkaProducer(
      measuredAs: "producer", settings.kafka.producer(kafka),
      onError: { reporter.report(.clientFailed($0)) })
    let switches = FleetSwitches()
    let worker = try Roles.summarizer(
      settings, client: kafka, producer: producer, gateway: client, budget: budget,
      switches: switches,
      observe: { event in
        readiness.take(event)
        reporter.report(event)
      })
    let bounds = FleetBounds(try settings.summarizerWorker(kafka, alone: false))
    Talk.say(
      "summarize: Kafka \(settings.kafka.bootstrapServers.joined(separator: ",")), \(client.deployment)"
    )
    let services: [any Service] =
      observing.services + [
        WorkerServices.status(
          settings.status, observing: observing, worker: worker,
          missing: { readiness.missing(client.states) }),
        WorkerServices.control(
          settings, client: kafka, role: "summarize", worker: worker, switches: switches,
          readiness: readiness),
        GatewayGauges(gateway: client, budget: budget),
        ScalingGauges(bounds: bounds, process: observing.figures) {
          FleetFigures(report: worker.report(), gateways: client.states)
        },
        // Ends after the worker, whose last words it has.
        FleetReporter(
          topic: settings.kafka.topics.workers, role: "summarize", worker: worker,
          bounds: bounds,
          producer: producer, gateway: client, budget: budget),
        worker,
      ]
    let result = await Running.untilSignal(services, drain: settings.worker.drainTimeout)
    await client.shutdown()
    // What the worker published is acknowledged; its last status may not be.
    await producer.shutdown(timeout: .seconds(5))
    try result.get()
    Talk.say("summarize: drained and left the group")
  }
}

extension ConfigurationError {
  static let noGateway = ConfigurationError(problems: [
    .invalidValue(
      key: "gateway.base_url", value: "",
      allowed: "an http or https URL; `highlights gateway` starts a simulator to try it with",
      .builtIn)
  ])
}
