import BenchmarkSupport
import Foundation
import HighlightStore

/// 1,000 look-ups of one missing key at once, some that wait and some that do not, against `highlights serve` on a
/// broker of its own that counts what was published. Nobody answers, so that nothing ends the miss meanwhile.
struct OneMissingKey {
  private let lookUps = 1_000
  private static let topics = [
    "search.queries", "search.highlights", "search.outcomes", "search.control", "search.workers",
    "search.queries.dead",
  ]

  func run() async throws -> [Figure] {
    let folder = FileManager.default.temporaryDirectory.appending(path: "missing-\(UUID())")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let path = folder.appending(path: "store.sqlite").path
    try await SQLiteHighlightStore(path: path).close()
    return try await LoadBroker.run { broker in
      try await broker.createTopics(Self.topics.map { ($0, SampleHighlights.partitions) })
      let settings = ["serve.client_per_minute=1000000", "serve.client_burst=10000"]
      let arguments =
        ["serve", "--kafka", broker.address, "--port", "0", "--store", path]
        + settings.flatMap { ["--set", $0] }
      try await ServedAddress.run(arguments, once: "serve: http://") { served in
        try await ask(served)
      }
      let published = try await broker.count(
        "search.queries", partitions: SampleHighlights.partitions)
      print("\(lookUps) look-ups of one missing key published \(published)")
      return [Figure("published_for_one_missing_key", Double(published), .exactly(1))]
    }
  }

  private func ask(_ served: ServedAddress) async throws {
    try await withThrowingTaskGroup(of: Int.self) { group in
      for number in 0..<lookUps {
        group.addTask {
          try await served.lookUp(
            "how to fold a fitted sheet", wait: number.isMultiple(of: 2) ? "2s" : nil
          ).status
        }
      }
      for try await status in group where status != 202 {
        throw BenchmarkError("a look-up of a missing key was answered \(status)")
      }
    }
  }
}
