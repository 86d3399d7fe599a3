import Testing

@testable import Replay

@Suite("Pace")
struct PaceTests {
  @Test("without a rate everything may go")
  func unlimited() {
    var pace = Pace(rate: 0, now: .now)
    #expect(pace.take(1_000_000, now: .now) == 1_000_000)
    #expect(pace.wait == .zero)
  }

  @Test(
    "over any stretch no more than the rate goes, and a tenth of a second's worth at once",
    arguments: [0.5, 3.0, 250.0, 100_000.0])
  func limited(_ rate: Double) {
    let start = ContinuousClock.now
    var pace = Pace(rate: rate, now: start)
    var (sent, now) = (0, start)
    let end = start + .seconds(20)
    while now < end {
      let taken = pace.take(1_000_000, now: now)
      sent += taken
      let allowed = max(1, rate / 10) + (now - start).inSeconds * rate
      #expect(Double(sent) <= allowed + 1e-6)
      if taken == 0 {
        #expect(pace.wait > .zero && pace.wait <= .seconds(1))
        now += pace.wait
      }
    }
    #expect(Double(sent) >= 20 * rate * 0.9 - 1, "it is used")
  }

  @Test("what was not used is not caught up")
  func idle() {
    let start = ContinuousClock.now
    var pace = Pace(rate: 100, now: start)
    #expect(pace.take(1_000, now: start) == 10)
    #expect(pace.take(1_000, now: start + .seconds(3_600)) == 10)
  }
}
