import Glibc

/// The number of files and sockets that this process and its children may have open.
public enum FileLimit {
  /// Raises it as far as is allowed; throws when that is less than `needed`.
  public static func raise(toHold needed: Int) throws {
    var limit = rlimit()
    guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else {
      throw BenchmarkError("getrlimit: errno \(errno)")
    }
    limit.rlim_cur = limit.rlim_max
    guard setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else {
      throw BenchmarkError("setrlimit: errno \(errno)")
    }
    guard limit.rlim_max >= needed else {
      throw BenchmarkError(
        "\(needed) open files are needed and \(limit.rlim_max) allowed: raise the hard limit, ulimit -Hn"
      )
    }
  }
}
