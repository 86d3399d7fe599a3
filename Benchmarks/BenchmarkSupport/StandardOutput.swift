// `stdout` is a variable to Swift; nothing sets it.
@preconcurrency import Glibc

/// What a run prints on the way.
public enum StandardOutput {
  /// Has each line appear when it is printed, also in a pipe.
  public static func flushEachLine() { setvbuf(stdout, nil, Int32(_IOLBF), 0) }
}
