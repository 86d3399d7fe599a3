/// What one worker of a simulation has: places, processors, and its part of the limits.
struct SimulatedWorker: Sendable {
  let partitions: Range<Int>
  private(set) var inFlight = 0
  /// The partition whose turn it is.
  var turn: Int
  /// When each processor is free.
  private var free: [Double]
  /// How much slower than one processor each of `free` is: 0.5 processors are one at half its speed.
  private let slowness: Double
  /// When the last call went or will go, and the time from one to the next.
  private var lastCall = -Double.infinity
  private let interval: Double
  private let burst: Double

  /// - Parameter callsPerSecond: its part of the limits; infinite without any.
  init(_ partitions: Range<Int>, cores: Double, callsPerSecond: Double, burst: Double) {
    self.partitions = partitions
    turn = partitions.lowerBound
    let count = max(1, Int(cores.rounded(.up)))
    free = [Double](repeating: 0, count: count)
    slowness = Double(count) / cores
    interval = 1 / callsPerSecond
    self.burst = burst
  }

  mutating func begin() { inFlight += 1 }
  mutating func end() { inFlight -= 1 }

  /// Takes the processor that is free first for `seconds` of work, first come, first served; returns when it is done.
  mutating func process(_ seconds: Double, at now: Double) -> Double {
    guard seconds > 0 else { return now }
    var first = 0
    for processor in free.indices where free[processor] < free[first] { first = processor }
    free[first] = max(now, free[first]) + seconds * slowness
    return free[first]
  }

  /// When a call may go: one interval after the last, or what an idle worker saved up earlier.
  mutating func admit(at now: Double) -> Double {
    guard interval > 0 else { return now }
    lastCall = max(lastCall + interval, now - burst)
    return max(now, lastCall)
  }
}
