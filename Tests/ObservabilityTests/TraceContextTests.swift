import Observability
import Testing

@Suite("Trace context")
struct TraceContextTests {
  private static let parent = "00-0af7651916cd43dd8448eb211c80319c-00f067aa0ba902b7-01"

  @Test("is read and written as W3C Trace Context has it")
  func roundTrip() throws {
    let context = try #require(TraceContext(traceparent: Self.parent, tracestate: "a=1,b=2"))
    #expect(context.traceparent == Self.parent)
    #expect(context.traceID.description == "0af7651916cd43dd8448eb211c80319c")
    #expect(context.spanID == 0x00f0_67aa_0ba9_02b7)
    #expect(context.isSampled)
    #expect(context.state == "a=1,b=2")
    let unsampled = TraceContext(traceparent: Self.parent.dropLast(2) + "fe")
    #expect(unsampled?.isSampled == false)
    #expect(TraceContext(traceparent: "cc" + Self.parent.dropFirst(2) + "-later") != nil)
  }

  @Test(
    "begins a new trace where it is invalid",
    arguments: [
      "", "00", "00-0af7651916cd43dd8448eb211c80319c-00f067aa0ba902b7",
      "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
      "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
      "00-0AF7651916CD43DD8448EB211C80319C-00f067aa0ba902b7-01",
      "ff-0af7651916cd43dd8448eb211c80319c-00f067aa0ba902b7-01",
      "00-0af7651916cd43dd8448eb211c80319c-00f067aa0ba902b7-01-more",
      "00-0af7651916cd43dd8448eb211c80319g-00f067aa0ba902b7-01",
    ])
  func invalid(header: String) {
    #expect(TraceContext(traceparent: header) == nil)
  }

  @Test("leaves out a state that is too long to travel with every message")
  func longState() {
    let long = String(repeating: "x", count: 513)
    #expect(TraceContext(traceparent: Self.parent, tracestate: long)?.state == nil)
    #expect(TraceContext(traceparent: Self.parent, tracestate: String(long.dropLast())) != nil)
  }
}
