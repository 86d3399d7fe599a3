import Foundation
import Testing

@testable import CapacityPlan

@Suite("A file of measured figures")
struct MeasuredFiguresTests {
  @Test("holds what it was written with")
  func roundTrip() throws {
    var figures = MeasuredFigures()
    figures.latencyP50 = 0.8
    figures.cpuPerThousandCalls = 0.98
    figures.changedShare = 0.25
    let read = try MeasuredFigures(json: Data(figures.json().utf8))
    #expect(read == figures)
    #expect(read.tokensIn == nil)
    #expect(try MeasuredFigures(json: Data("{}".utf8)) == MeasuredFigures())
  }

  @Test(
    "is refused with what is wrong in it",
    arguments: [
      (#"{"latency": 1}"#, "measured is latency; allowed: latency_p50_s, latency_p99_s, "),
      (#"{"memory_mb": "much"}"#, #"measured is {"memory_mb": "much"}; allowed: a JSON object"#),
      ("[1]", "measured is [1]; allowed: a JSON object of numbers, by latency_p50_s"),
      ("", "measured is ; allowed: a JSON object"),
    ])
  func refuses(_ text: String, _ says: String) {
    let error = #expect(throws: PlanInputError.self) {
      try MeasuredFigures(json: Data(text.utf8))
    }
    #expect(error?.description.hasPrefix(says) == true, "\(error?.description ?? "")")
  }
}
