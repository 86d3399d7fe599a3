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
      ([("retry-after", "Sunday, 06-Nov-94 08:49:37 GMT")], .seconds(37)),
      ([("retry-after", "Sun Nov  6 08:49:37 1994")], .seconds(37)),
      ([("retry-after-ms", "-5"), ("retry-after", "3")], .seconds(3)),
      ([("retry-after-ms", "999999")], .seconds(120)),
      (
        [("retry-after-ms", "334"), ("retry-after", "Sun, 06 Nov 1994 08:49:37 GMT")],
        .milliseconds(334)
      ),
      ([("retry-after", "60")], .seconds(60)),
      ([("retry-after", "2s")], nil),
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
      ("1m30s", .seconds(90)), ("1h0m0.5s", .milliseconds(3_600_500)), ("88ns", .nanoseconds(88)),
      ("1us", .microseconds(1)), ("2h", .seconds(7200)), ("1e3s", nil), ("∞s", nil), ("½s", nil),
      ("1s", .seconds(1)), ("6m0s", .seconds(360)), ("12ms", .milliseconds(12)),
      ("1h2m3.5s", .milliseconds(3_723_500)), ("1.5s", .milliseconds(1500)),
      ("250µs", .microseconds(250)), ("0s", .zero), ("17", .seconds(17)), ("0", .zero),
      ("", nil), ("s", nil), ("1.5", nil), ("1s2", nil), ("-1s", nil), ("1 s", nil), ("1d", nil),
      ("..s", nil), ("99999999h", nil),
    ] as [(String, Duration?)])
  func resetDuration(text: String, expected: Duration?) {
    #expect(ResetDuration.parse(text) == expected)
  }

  @Test(
    "a wait that only the message names is read",
    arguments: [
      ("please try again in 2s.", .seconds(2)), ("please try again in 6m0s. visit", .seconds(120)),
      ("try again in 120ms", .milliseconds(120)), ("try again in 1.5s.", .milliseconds(1500)),
      ("try again in 5 seconds.", .seconds(5)), ("retry after 1 second", .seconds(1)),
      ("try again in 20 seconds.", .seconds(20)), ("try again in 1 minute.", .seconds(60)),
      ("please retry after 6 seconds.", .seconds(6)),
      ("try again in 250 milliseconds", .milliseconds(250)),
      ("try again in a few moments", nil), ("please try again later", nil), ("try again in ", nil),
      ("", nil),
    ] as [(String, Duration?)])
  func message(text: String, expected: Duration?) {
    #expect(RetryAfter.parse(message: text) == expected)
  }

  @Test(
    "HTTP dates are read in their three forms, in leap years and at the turn of a century",
    arguments: [
      ("Sun, 06 Nov 1994 08:49:37 GMT", 784_111_777),
      ("Sunday, 06-Nov-94 08:49:37 GMT", 784_111_777),
      ("Sun Nov  6 08:49:37 1994", 784_111_777), ("sun, 06 nov 1994 08:49:37 gmt", 784_111_777),
      ("Thu, 01 Jan 1970 00:00:00 GMT", 0), ("Thu, 29 Feb 2024 23:59:59 GMT", 1_709_251_199),
      ("Fri, 01 Mar 2024 00:00:00 GMT", 1_709_251_200),
      ("Tue, 29-Feb-00 12:00:00 GMT", 951_825_600),
      ("Thu, 31 Dec 2099 23:59:59 GMT", 4_102_444_799),
      ("Sun, 06 Nov 1994 08:49:37 UTC", 784_111_777),
      ("Sun, 06 Nov 1994 08:49:37 EST", nil), ("Sun, 06 Nov 1994 25:49:37 GMT", nil),
      ("Sun, 32 Nov 1994 08:49:37 GMT", nil), ("Sun, 06 Foo 1994 08:49:37 GMT", nil),
      ("Sun, 06 Nov 1994 08:49 GMT", nil), ("1994-11-06T08:49:37Z", nil), ("tomorrow", nil),
      ("", nil),
    ] as [(String, Double?)])
  func httpDate(text: String, expected: Double?) {
    #expect(HTTPDate.parse(text)?.timeIntervalSince1970 == expected)
  }
}
