import CRDKafka
import Glibc

/// A POSIX thread that runs one closure to its end: librdkafka's blocking calls must not sit on
/// Swift's cooperative pool.
struct DedicatedThread {
  /// Starts a detached thread of that name (15 bytes are kept).
  static func start(named name: String, _ body: @escaping @Sendable () -> Void) {
    let box = Unmanaged.passRetained(Body(name: name, run: body))
    var thread = pthread_t()
    let status = pthread_create(
      &thread, nil,
      { argument in
        let body = Unmanaged<Body>.fromOpaque(argument!).takeRetainedValue()
        pthread_setname_np(pthread_self(), String(body.name.prefix(15)))
        body.run()
        return nil
      }, box.toOpaque())
    precondition(status == 0, "pthread_create failed with \(status): the process is out of threads")
    pthread_detach(thread)
  }

  private final class Body {
    let name: String
    let run: @Sendable () -> Void
    init(name: String, run: @escaping @Sendable () -> Void) {
      self.name = name
      self.run = run
    }
  }
}
