import BenchmarkSupport
import Foundation
import Glibc
import TestSupport

/// Which processor a process runs on.
enum Processors {
  /// Has this process, and what it starts from now on, run on one processor.
  static func keepThisProcess(on processor: Int) throws {
    let count = sysconf(Int32(_SC_NPROCESSORS_ONLN))
    guard count > processor else {
      throw BenchmarkError("\(count) processor: workers and what serves them need one each")
    }
    try move(getpid(), to: processor)
  }

  /// Moves all threads that a process has; those that they start later follow.
  static func move(_ process: pid_t, to processor: Int) throws {
    let taskset = Process()
    taskset.executableURL = URL(filePath: "/usr/bin/taskset")
    taskset.arguments = ["--all-tasks", "--cpu-list", "--pid", "\(processor)", "\(process)"]
    taskset.standardOutput = FileHandle.nullDevice
    do { try taskset.runHearingSignals() } catch {
      throw BenchmarkError("taskset (Debian's util-linux) does not run: \(error)")
    }
    taskset.waitUntilExit()
    guard taskset.terminationStatus == 0 else {
      throw BenchmarkError("taskset of process \(process): status \(taskset.terminationStatus)")
    }
  }
}
