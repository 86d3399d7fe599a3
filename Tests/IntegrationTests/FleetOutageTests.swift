import Foundation
import GatewaySimulator
import Kafka
import Logging
import TestSupport
import Testing

extension FleetTests {
  @Test("doctor without a broker ends with 1 and says where and why")
  func doctor() async throws {
    let address = "127.0.0.1:\(try LoopbackPort.free())"
    let result = try await HighlightsProcess.run(
      ["doctor", "--kafka", address, "--store", "/nonexistent/store.sqlite"], limit: .seconds(30))
    #expect(result.end == .exited(1), "\(result)")
    let line = result.output.split(separator: "\n").first { $0.hasPrefix("fail  broker") } ?? ""
    #expect(line.contains(address) && line.contains("Connection refused"), "\(result)")
  }

  @Test("doctor with broker, topics and gateway finds them all well")
  func wellDoctor() async throws {
    try await Fleet.run { fleet in
      let gateway = try await FleetGateway.start()
      let result = try await fleet.run(["doctor", "--gateway", gateway.url])
      #expect(result.end == .exited(0), "\(result)")
      for check in ["broker", "topics", "gateway"] {
        #expect(result.output.contains("ok    \(check)"), "\(result)")
      }
      try await gateway.process.drain()
    }
  }

  @Test("a worker that finds no broker says so, ends on SIGTERM, and joins once there is one")
  func lateBroker() async throws {
    let port = try LoopbackPort.free()
    try await Fleet.inFolder { folder in
      let fleet = Fleet(bootstrapServers: "127.0.0.1:\(port)", folder: folder)
      // The topics are there from an earlier life of the broker.
      try await withBroker(port, folder) { try await fleet.createTopics() }
      let gateway = try await FleetGateway.start()
      let worker = try fleet.summarizer("a", gateway)
      let other = try fleet.summarizer("b", gateway)
      for process in [worker, other] {
        try await process.says("127.0.0.1:\(port)", limit: .seconds(10))
        try await process.says("Connection refused", limit: .seconds(10))
      }
      #expect(worker.ended == nil)
      let drained = try await other.drain()
      #expect(drained.duration < .seconds(30))
      try await withBroker(port, folder) {
        try await worker.says("summarize: reads search.queries[", limit: .seconds(60))
        let published = try await fleet.run(["publish", Fleet.samples.path])
        #expect(published.end == .exited(0), "\(published)")
        try await fleet.awaitOutcomes(of: 28)
        try await worker.drain()
      }
      try await gateway.process.drain()
    }
  }

  private func withBroker(
    _ port: UInt16, _ folder: URL, _ body: () async throws -> Void
  ) async throws {
    let broker = try ServerProcess(
      executable: NoidaBroker.repository.appending(path: "Tests/Support/noida-db.sh"),
      arguments: ["\(port)", folder.appending(path: "broker").path])
    do {
      try await poll("the broker to listen") { LoopbackPort.answers(port) }
      try await body()
      await broker.terminate()
    } catch {
      await broker.terminate()
      throw error
    }
  }

  @Test("up ends at once when the gateway refuses the key", arguments: ["wrong", nil])
  func refusedKey(_ key: String?) async throws {
    var configuration = GatewaySimulatorConfiguration()
    configuration.apiKey = "right"
    let simulator = GatewaySimulator(
      configuration, logger: Logger(label: "gateway") { _ in SwiftLogNoOpLogHandler() })
    let serving = Task { try await simulator.run() }
    defer { serving.cancel() }
    let url = "http://127.0.0.1:\(try await simulator.port())/v1"
    try await Fleet.inFolder { folder in
      let result = try await HighlightsProcess.run(
        ["up", "--gateway", url, "--store", folder.appending(path: "store.sqlite").path],
        environment: ["HIGHLIGHTS_GATEWAY_API_KEY": key ?? "", "OPENAI_API_KEY": ""],
        limit: .seconds(30))
      #expect(result.end == .exited(1), "\(result)")
      #expect(result.errors.contains("authentication"), "\(result)")
      #expect(result.errors.contains("401"), "\(result)")
      #expect(result.duration < .seconds(15), "\(result)")
    }
  }
}
