import BenchmarkSupport
import Foundation
import TestSupport

/// `wrk`: as many look-ups as 64 connections get, each with the next request once it has its answer.
///
/// It is written in C and takes a few microseconds a request, so what is compared is the servers.
struct WrkRun {
  static let connections = 64
  private static let executable = URL(filePath: "/usr/bin/wrk")

  let orders: KeyOrders

  /// Throws when it is not there; writes the script that gives it its keys.
  init(orders: KeyOrders) throws {
    guard FileManager.default.isExecutableFile(atPath: Self.executable.path) else {
      throw BenchmarkError("needs wrk: apt-get install wrk")
    }
    self.orders = orders
    try Data(Self.script.utf8).write(to: script)
  }

  /// Requests a second from a port.
  ///
  /// - Parameter start: Where in the order it begins, from 0 to 1.
  /// - Throws: `BenchmarkError` when a request failed.
  func rate(
    of port: Int, _ kind: KeyOrders.Kind, seconds: Int, from start: Double
  ) async throws -> Double {
    let output = try await output([
      "--threads", "1", "--connections", "\(Self.connections)", "--duration", "\(seconds)s",
      "--timeout", "10s", "--script", script.path, "http://127.0.0.1:\(port)", "--",
      orders.paths.path, orders.file(kind).path, "\(Int(start * Double(KeyOrders.length)))",
    ])
    let line = output.split(separator: "\n").first { $0.hasPrefix("figures ") } ?? ""
    let numbers = line.split(separator: " ").dropFirst().compactMap { Double($0) }
    guard numbers.count == 3, numbers[1] > 0 else {
      throw BenchmarkError("wrk printed no figures: \(output)")
    }
    guard numbers[2] == 0 else { throw BenchmarkError("\(Int(numbers[2])) look-ups failed") }
    return numbers[0] / numbers[1] * 1e6
  }

  private var script: URL { orders.folder.appending(path: "keys.lua") }

  private func output(_ arguments: [String]) async throws -> String {
    let file = orders.folder.appending(path: "wrk.out")
    guard FileManager.default.createFile(atPath: file.path, contents: nil) else {
      throw BenchmarkError("cannot create \(file.path)")
    }
    let process = Process()
    process.executableURL = Self.executable
    process.arguments = arguments
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = try FileHandle(forWritingTo: file)
    let (ends, end) = AsyncStream<Int32>.makeStream()
    process.terminationHandler = {
      end.yield($0.terminationStatus)
      end.finish()
    }
    try process.runHearingSignals()
    let status = await withTaskCancellationHandler {
      var iterator = ends.makeAsyncIterator()
      return await iterator.next() ?? -1
    } onCancel: {
      end.finish()
    }
    if process.isRunning { process.terminate() }
    guard status == 0 else { throw BenchmarkError("wrk ended with status \(status)") }
    return try String(contentsOf: file, encoding: .utf8)
  }

  private static let script = """
    local requests, order, place = {}, "", 0
    function init(arguments)
      for path in io.lines(arguments[1]) do requests[#requests + 1] = wrk.format("GET", path) end
      local file = io.open(arguments[2], "rb")
      order = file:read("*a")
      file:close()
      place = tonumber(arguments[3])
    end
    function request()
      place = (place + 1) % (#order / 4)
      local a, b, c = string.byte(order, place * 4 + 1, place * 4 + 3)
      return requests[a + b * 256 + c * 65536 + 1]
    end
    function done(summary)
      local e = summary.errors
      print(string.format("figures %d %d %d", summary.requests, summary.duration,
        e.connect + e.read + e.write + e.status + e.timeout))
    end

    """
}
