import AsyncHTTPClient
import BenchmarkSupport
import Foundation
import HighlightStore
import NIOCore
import SwiftProtobuf

/// Look-ups of 100,000 keys by Zipf's law, a tenth of them in memory, in turn with a bare route.
struct LookupLoad {
  let pairs: Int
  let seconds: Int

  /// The most highlights in memory, of all.
  private static let cachedShare = 0.1
  /// What the service counts for a highlight in memory beside the room that its answer takes.
  private static let besides = 610

  func run() async throws -> [Figure] {
    let folder = FileManager.default.temporaryDirectory.appending(path: "lookups-\(UUID())")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let orders = KeyOrders(folder: folder)
    try orders.write(seed: 1)
    let wrk = try WrkRun(orders: orders)
    let store = folder.appending(path: "store.sqlite").path
    try await fill(store)
    let answer: [UInt8] = try SampleHighlights().highlight(KeyOrders.keys - 1).jsonUTF8Bytes()
    let cost = ByteBuffer(bytes: answer).storageCapacity + Self.besides
    let bytes = Int(Double(KeyOrders.keys) * Self.cachedShare) * cost
    return try await LoadProcess.run([
      "server", "--store", store, "--cache-bytes", "\(bytes)",
    ]) { server in
      let ports = try await server.line().split(separator: " ").compactMap { Int($0) }
      guard ports.count == 2 else { throw BenchmarkError("the server printed no ports") }
      return try await measure(
        Legs(wrk: wrk, server: server, lookup: ports[0], bare: ports[1], seconds: seconds))
    }
  }

  private func fill(_ path: String) async throws {
    let store = try SQLiteHighlightStore(path: path)
    let samples = SampleHighlights()
    for start in stride(from: 0, to: KeyOrders.keys, by: 1_000) {
      _ = try await store.apply((start..<(start + 1_000)).map(samples.record))
    }
    try await store.close()
  }

  private func measure(_ legs: Legs) async throws -> [Figure] {
    // Fills the memory with what is asked for most.
    _ = try await legs.compare(.zipf, from: 0)
    let zipf = try await compared(.zipf, legs, pairs)
    let uniform = try await compared(.uniform, legs, max(1, pairs / 3))
    // What the server's memory settles at again after keys that it had not.
    _ = try await legs.compare(.zipf, from: 0.5)
    let rate = Distribution(zipf.map(\.lookup.rate)).median
    let times = try await paced(legs, rate: rate / 2)
    let cached = try await legs.cached()
    print("\(cached) of \(KeyOrders.keys) highlights are in memory at the end")
    return [
      Figure("lookups_per_s", rate),
      Figure("lookup_vs_bare", Distribution(zipf.map(\.ratio)).median, .atLeast(0.8)),
      Figure("lookup_cpu_vs_bare", Distribution(zipf.map(\.cpuRatio)).median),
      Figure("lookup_uniform_vs_bare", Distribution(uniform.map(\.ratio)).median),
      Figure("lookup_p50_ms", Distribution(times.map(\.median)).median, .atMost(1)),
      Figure("lookup_p99_ms", Distribution(times.map(\.p99)).median, .below(5)),
      Figure(
        "lookup_cached_share", Double(cached) / Double(KeyOrders.keys),
        .atMost(Self.cachedShare)),
    ]
  }

  private func compared(
    _ kind: KeyOrders.Kind, _ legs: Legs, _ pairs: Int
  ) async throws -> [Legs.Pair] {
    var all: [Legs.Pair] = []
    for pair in 0..<pairs {
      all.append(try await legs.compare(kind, from: Double(pair) / Double(pairs)))
    }
    func row(_ name: String, _ leg: (Legs.Pair) -> Legs.Leg) -> String {
      let (rates, costs) = (all.map { leg($0).rate }, all.map { leg($0).microseconds })
      return
        "\(name): \(Distribution(rates).text("%.0f")) a second, "
        + "\(Distribution(costs).text("%.1f")) µs of the server's CPU each"
    }
    print(row("bare route, \(kind.rawValue) keys", \.bare))
    print(row("look-ups, \(kind.rawValue) keys", \.lookup))
    print("ratio: \(Distribution(all.map(\.ratio)).text())")
    return all
  }

  /// Latencies at a fixed rate, of several runs.
  private func paced(
    _ legs: Legs, rate: Double
  ) async throws -> [(median: Double, p99: Double)] {
    var all: [(median: Double, p99: Double)] = []
    for run in 0..<3 {
      let numbers = try await LoadProcess.run([
        "paced", "--folder", legs.wrk.orders.folder.path, "--port", "\(legs.lookup)", "--rate",
        "\(rate)", "--seconds", "\(2 * seconds)", "--start", "\(run * KeyOrders.length / 3)",
      ]) { try await $0.line().split(separator: " ").compactMap { Double($0) } }
      guard numbers.count == 3 else { throw BenchmarkError("no latencies were printed") }
      print(
        String(
          format: "%.0f a second: p50 %.2f ms, p99 %.2f ms, largest %.1f ms", rate, numbers[0],
          numbers[1], numbers[2]))
      all.append((numbers[0], numbers[1]))
    }
    return all
  }
}

/// Runs of look-ups and of the bare route, in turn.
struct Legs {
  struct Leg {
    let rate: Double
    /// Processor time of the server a request.
    let microseconds: Double
  }

  struct Pair {
    let bare: Leg
    let lookup: Leg
    var ratio: Double { lookup.rate / bare.rate }
    var cpuRatio: Double { lookup.microseconds / bare.microseconds }
  }

  let wrk: WrkRun
  let server: LoadProcess
  let lookup: Int
  let bare: Int
  let seconds: Int

  func compare(_ kind: KeyOrders.Kind, from start: Double) async throws -> Pair {
    Pair(
      bare: try await leg(bare, kind, start), lookup: try await leg(lookup, kind, start))
  }

  /// How many highlights the server has in memory.
  func cached() async throws -> Int {
    let response = try await HTTPClient.shared.execute(
      HTTPClientRequest(url: "http://127.0.0.1:\(bare)/cached"), timeout: .seconds(10))
    let text = String(buffer: try await response.body.collect(upTo: 100))
    guard let count = Int(text) else { throw BenchmarkError("/cached: \(text)") }
    return count
  }

  private func leg(_ port: Int, _ kind: KeyOrders.Kind, _ start: Double) async throws -> Leg {
    let before = try ProcessUse(of: server.id).cpuSeconds
    let rate = try await wrk.rate(of: port, kind, seconds: seconds, from: start)
    let used = try ProcessUse(of: server.id).cpuSeconds - before
    return Leg(rate: rate, microseconds: used / (rate * Double(seconds)) * 1e6)
  }
}
