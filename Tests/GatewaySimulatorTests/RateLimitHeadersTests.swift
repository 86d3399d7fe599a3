import Testing

@testable import GatewaySimulator

@Suite("Rate limit headers")
struct RateLimitHeadersTests {
  @Test(
    "durations are written as Go writes them, rounded up to milliseconds",
    arguments: [
      (Duration.zero, "0s"), (.nanoseconds(1), "1ms"), (.milliseconds(12), "12ms"),
      (.seconds(1), "1s"), (.milliseconds(8_640), "8.64s"), (.milliseconds(1_050), "1.05s"),
      (.seconds(360), "6m0s"), (.milliseconds(86_400), "1m26.4s"), (.seconds(3_600), "1h0m0s"),
    ])
  func goDurations(_ duration: Duration, _ text: String) {
    #expect(RateLimitHeaders.go(duration) == text)
  }

  @Test("whole seconds are rounded up")
  func wholeSeconds() {
    #expect(RateLimitHeaders.seconds(.milliseconds(1_001)) == 2)
    #expect(RateLimitHeaders.seconds(.seconds(2)) == 2)
  }
}
