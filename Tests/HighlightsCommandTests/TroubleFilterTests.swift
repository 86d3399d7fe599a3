import Testing

@testable import HighlightsCommand

@Suite("Repeated troubles")
struct TroubleFilterTests {
  @Test("are said once an interval, each kind by itself")
  func once() {
    let filter = TroubleFilter(interval: .seconds(3_600))
    #expect(filter.admits("a") == 1)
    for _ in 0..<5 { #expect(filter.admits("a") == nil) }
    #expect(filter.admits("b") == 1)
    #expect(filter.admits("b") == nil)
  }

  @Test("are said after the interval with how often they happened since")
  func counted() {
    let filter = TroubleFilter(interval: .milliseconds(20))
    #expect(filter.admits("a") == 1)
    var kept = 0
    var admitted: Int?
    repeat {
      admitted = filter.admits("a")
      if admitted == nil { kept += 1 }
    } while admitted == nil
    #expect(admitted == kept + 1)
  }

  @Test("of ever new kinds are not remembered for ever")
  func bounded() {
    let filter = TroubleFilter(interval: .seconds(3_600))
    for number in 0..<256 { #expect(filter.admits("\(number)") == 1) }
    #expect(filter.admits("0") == nil)
    #expect(filter.admits("one more") == 1)
    #expect(filter.admits("0") == 1)
  }
}
