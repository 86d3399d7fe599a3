import Foundation
import NIOHTTP1
import Testing

@testable import LLMGateway

@Suite("Headers that ask to wait")
struct RetryAfterTests {
  @Test(
    "retry-after-ms and retry-after are read in all their forms",
    arguments: [
      ([("retry-after-ms", "250")], .milliseconds(250)),
      ([("retry-after-ms", "1.5")], .microseconds(1500)),
      ([("Retry-After-Ms", "20"), ("Retry-After", "9")], .milliseconds(20)),
      ([("retry-after-ms", "soon"), ("retry-after", "2")], .seconds(2)),
      ([("retry-after", "0")], .zero),
      ([("retry-after", " 7 ")], .seconds(7)),
      ([("retry-after", "0.25")], .milliseconds(250)),
      ([("retry-after", "3600")], .seconds(120)),
      ([("retry-after", "1e400")], .seconds(120)),
      ([("retry-after", "Sun, 06 Nov 1994 08:49:37 GMT")], .seconds(37)),
      ([("retry-after", "Sun, 06 Nov 1994 08:40:00 GMT")], .zero),
      ([("retry-after", "Mon, 07 Nov 1994 08:49:00 GMT")], .seconds(120)),
      ([("retry-after", "-1")], nil),
      ([("retry-after", "nan")], nil),
      ([("retry-after", "")], nil),
      ([("retry-after", "later")], nil),
      ([], nil),
    ] as [([(String, String)], Duration?)])
  func retryAfter(headers: [(String, String)], expected: Duration?) {
    let now = Date(timeIntervalSince1970: 784_111_740)  // Sun, 06 Nov 1994 08:49:00 GMT
    #expect(RetryAfter.parse(HTTPHeaders(headers), now: now) == expected)
  }

  @Test(
    "reset durations are Go's or whole seconds",
    arguments: [
      ("1s", .seconds(1)), ("6m0s", .seconds(360)), ("12ms", .milliseconds(12)),
      ("1h2m3.5s", .milliseconds(3_723_500)), ("1.5s", .milliseconds(1500)),
      ("250µs", .microseconds(250)), ("0s", .zero), ("17", .seconds(17)), ("0", .zero),
      ("", nil), ("s", nil), ("1.5", nil), ("1s2", nil), ("-1s", nil), ("1 s", nil), ("1d", nil),
      ("..s", nil), ("99999999h", nil),
    ] as [(String, Duration?)])
  func resetDuration(text: String, expected: Duration?) {
    #expect(ResetDuration.parse(text) == expected)
  }

  @Test("the wait is that of the exhausted limit, not of the other")
  func exhaustedLimit() {
    var headers: HTTPHeaders = [
      "x-ratelimit-remaining-requests": "9", "x-ratelimit-reset-requests": "6m0s",
      "x-ratelimit-remaining-tokens": "0", "x-ratelimit-reset-tokens": "1.5s",
    ]
    #expect(RateLimits(headers).isExhausted)
    #expect(RateLimits(headers).wait(type: nil) == .milliseconds(1500))
    #expect(RateLimits(headers).wait(type: "requests") == .seconds(120))
    headers.replaceOrAdd(name: "x-ratelimit-remaining-tokens", value: "3")
    #expect(!RateLimits(headers).isExhausted)
    #expect(RateLimits(headers).wait(type: nil) == nil)
    #expect(RateLimits(headers).wait(type: "tokens") == .milliseconds(1500))
    #expect(RateLimits([:]).wait(type: "tokens") == nil)
  }
}
