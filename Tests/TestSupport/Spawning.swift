import Foundation
import Glibc

extension Process {
  /// Starts the process with no signal blocked.
  ///
  /// A child inherits the mask of the thread that starts it, and a thread of Dispatch blocks SIGTERM: the child
  /// would never hear of it.
  public func runHearingSignals() throws {
    var none = sigset_t()
    var before = sigset_t()
    sigemptyset(&none)
    pthread_sigmask(SIG_SETMASK, &none, &before)
    defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
    try run()
  }
}
