import CoreMetrics
import Foundation
import Synchronization

/// What the operating system says of this process; only on Linux it says all of it.
public final class ProcessFigures: Sendable {
  public enum Metric: String, CaseIterable, Sendable {
    case cpu = "process.cpu_seconds"
    case memory = "process.resident_memory_bytes"
    case descriptors = "process.open_fds"
    case start = "process.start_time_seconds"
  }

  private struct State {
    var counted = 0.0
    var last: (cpu: Double, at: ContinuousClock.Instant)
    var busy = 0.0
  }

  private let startedAt = Date().timeIntervalSince1970
  private let state = Mutex(State(last: (ProcessFigures.cpuSeconds(), .now)))

  public init() {}

  /// Records all of it.
  public func record() {
    let cpu = Self.cpuSeconds()
    let new = state.withLock { state in
      defer { state.counted = max(state.counted, cpu) }
      return max(0, cpu - state.counted)
    }
    FloatingPointCounter(label: Metric.cpu.rawValue).increment(by: new)
    Gauge(label: Metric.start.rawValue).record(startedAt)
    if let memory = Self.residentBytes() { Gauge(label: Metric.memory.rawValue).record(memory) }
    if let count = Self.openDescriptors() {
      Gauge(label: Metric.descriptors.rawValue).record(count)
    }
  }

  /// The part of all processors that it used since this was last asked, or in the last second that was whole.
  public func busyRatio() -> Double {
    let cpu = Self.cpuSeconds()
    let now = ContinuousClock.now
    return state.withLock { state in
      let elapsed = (now - state.last.at) / .seconds(1)
      guard elapsed >= 1 else { return state.busy }
      let processors = Double(ProcessInfo.processInfo.activeProcessorCount)
      state.busy = min(1, max(0, cpu - state.last.cpu) / elapsed / processors)
      state.last = (cpu, now)
      return state.busy
    }
  }

  private static func cpuSeconds() -> Double {
    var time = timespec()
    guard clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time) == 0 else { return 0 }
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }

  private static func residentBytes() -> Int? {
    guard let text = try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8) else {
      return nil
    }
    let pages = text.split(separator: " ").dropFirst().first.flatMap { Int($0) }
    return pages.map { $0 * sysconf(Int32(_SC_PAGESIZE)) }
  }

  private static func openDescriptors() -> Int? {
    try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count
  }
}
