import ArgumentParser
import BenchmarkSupport
import Foundation

/// Look-ups at a given rate, whatever the answers take, from a process of their own; prints percentiles.
struct PacedProcess: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "paced", abstract: "Asks at a rate and prints p50, p99 and the largest, in ms.",
    shouldDisplay: false)

  @Option var folder: String
  @Option var port: UInt16
  @Option var rate: Double
  @Option var seconds: Double
  @Option var start: Int

  func run() async throws {
    let (paths, order) = try KeyOrders(folder: URL(filePath: folder)).read(.zipf)
    let requests = paths.map {
      Array("GET \($0) HTTP/1.1\r\nHost: 127.0.0.1:\(port)\r\n\r\n".utf8)
    }
    var calls = try PacedCalls(port: port, connections: 64, requests: requests, order: order)
    let times = Distribution(
      try calls.run(rate: rate, seconds: seconds, from: start).map { $0 * 1_000 })
    ChildServices.say("\(times.median) \(times.at(0.99)) \(times.maximum)")
  }
}
