import Testing

@testable import GatewaySimulator

@Suite("Admission")
struct AdmissionQueueTests {
  @Test("over the limit requests wait in turn, over the queue they are refused")
  func order() {
    var queue = AdmissionQueue(limit: 1, maxWaiting: 2)
    #expect(queue.enter() == .admitted)
    #expect(queue.enter() == .waiting(0))
    #expect(queue.enter() == .waiting(1))
    #expect(queue.enter() == .refused)
    #expect(queue.leave() == 0)
    #expect(queue.leave() == 1)
    #expect(queue.inFlight == 1)
    #expect(queue.leave() == nil)
    #expect(queue.inFlight == 0)
    #expect(queue.maxInFlight == 1)
  }

  @Test("one that stops waiting is passed over and frees its place in the queue")
  func abandon() {
    var queue = AdmissionQueue(limit: 1, maxWaiting: 2)
    _ = queue.enter()
    _ = queue.enter()
    _ = queue.enter()
    queue.abandon(0)
    #expect(queue.enter() == .waiting(2))
    #expect(queue.leave() == 1)
    #expect(queue.leave() == 2)
  }

  @Test("a request cancelled while it waits takes no place")
  func cancellation() async throws {
    let state = GatewaySimulatorState(.init(maxConcurrency: 1))
    try await state.admitted {
      let waiting = Task { try await state.admitted {} }
      while state.statistics.queued == 0 { await Task.yield() }
      waiting.cancel()
      await #expect(throws: CancellationError.self) { try await waiting.value }
      #expect(state.statistics.queued == 0)
    }
    #expect(state.statistics.inFlight == 0)
  }
}

extension GatewaySimulatorState {
  /// Runs `work` in a place of its own.
  fileprivate func admitted(_ work: () async throws -> Void) async throws {
    let (_, receipt) = receive(isAuthorized: true)
    guard case .place(let place) = try admit(tokens: 0, receipt) else { return }
    try await serve(in: place) {
      try await work()
      return ((), completed: nil)
    }
  }
}
