import Foundation
import Glibc

/// What a running process has used so far, all its threads together.
public struct ProcessUse: Sendable {
  /// Seconds of processor time, its own and the kernel's for it.
  public var cpuSeconds: Double
  /// Most memory it ever held, in MB of 1,000,000 bytes.
  public var peakMegabytes: Double

  /// Reads it from `/proc`.
  public init(of id: pid_t) throws {
    let stat = try String(contentsOfFile: "/proc/\(id)/stat", encoding: .utf8)
    // The name before the last bracket may hold anything; the first field after it is the third.
    let fields = stat[(stat.lastIndex(of: ")") ?? stat.startIndex)...].split(separator: " ")
    guard fields.count > 13, let user = Double(fields[12]), let system = Double(fields[13]) else {
      throw BenchmarkError("/proc/\(id)/stat cannot be read: \(stat)")
    }
    cpuSeconds = (user + system) / Double(sysconf(Int32(_SC_CLK_TCK)))
    let status = try String(contentsOfFile: "/proc/\(id)/status", encoding: .utf8)
    let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
    guard let kilobytes = line?.split(whereSeparator: \.isWhitespace).dropFirst().first,
      let peak = Double(kilobytes)
    else { throw BenchmarkError("/proc/\(id)/status names no VmHWM") }
    peakMegabytes = peak * 1_024 / 1e6
  }
}
