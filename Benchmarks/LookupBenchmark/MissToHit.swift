import BenchmarkSupport
import Foundation

/// Searches that are not there, against `highlights up --serve` with a gateway that always takes the same time: how
/// long everything but the gateway takes.
struct MissToHit {
  private let searches = 100
  private let latency = Duration.milliseconds(300)

  /// How a client comes from a miss to its highlight.
  private enum Way: String, CaseIterable {
    /// 202 first, then one request that waits.
    case asksTwice
    /// One request that waits.
    case waits
    /// One stream of events.
    case streams
  }

  func run() async throws -> [Figure] {
    let folder = FileManager.default.temporaryDirectory.appending(path: "misses-\(UUID())")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let milliseconds = Int(latency / .milliseconds(1))
    let settings = [
      "simulator.latency=\(milliseconds)ms", "serve.client_per_minute=1000000",
      "serve.client_burst=10000", "serve.new_keys_per_minute=1000000", "serve.new_keys_burst=10000",
    ]
    let arguments =
      [
        "up", "--serve", "--quiet", "--port", "0", "--store",
        folder.appending(path: "store.sqlite").path,
      ] + settings.flatMap { ["--set", $0] }
    return try await ServedAddress.run(arguments, once: "serving until Ctrl-C") { served in
      // The first of them open connections that the others find open.
      for number in 0..<10 { _ = try await time(.waits, "warm \(number)", served) }
      var figures: [Figure] = []
      for way in Way.allCases { figures.append(try await measure(way, served)) }
      return figures
    }
  }

  private func measure(_ way: Way, _ served: ServedAddress) async throws -> Figure {
    var times: [Double] = []
    for number in 0..<searches {
      times.append(try await time(way, "\(way.rawValue) \(number)", served))
    }
    let all = Distribution(times)
    print("\(way.rawValue): \(all.text("%.1f")) ms beside the gateway's, p99 \(all.at(0.99))")
    // A search that never came to the gateway would be answered before it.
    guard all.minimum > 0 else { throw BenchmarkError("a miss took less than the gateway does") }
    return switch way {
    case .asksTwice: Figure("miss_to_hit_ms", all.median, .below(50))
    case .waits: Figure("miss_to_hit_wait_ms", all.median, .below(50))
    case .streams: Figure("miss_to_hit_stream_ms", all.median, .below(50))
    }
  }

  /// Milliseconds from the moment a search is asked for to its highlight, less the gateway's.
  private func time(_ way: Way, _ number: String, _ served: ServedAddress) async throws -> Double {
    // Words of the sample's videos, so that there is evidence to send.
    let text = "how to fold a fitted sheet, \(number)"
    let began = ContinuousClock.now
    switch way {
    case .asksTwice:
      try await expect(202, served.lookUp(text))
      try await expect(200, served.lookUp(text, wait: "10s"))
    case .waits: try await expect(200, served.lookUp(text, wait: "10s"))
    case .streams: try await served.follow(text, until: "answered")
    }
    return (ContinuousClock.now - began - latency) / .milliseconds(1)
  }

  private func expect(_ status: Int, _ answer: (status: Int, body: String)) throws {
    guard answer.status == status else {
      throw BenchmarkError("a look-up was answered \(answer.status), not \(status): \(answer.body)")
    }
  }
}
