import Foundation
import GatewaySimulator
import NIOHTTP1
import Testing

private let sheet = PromptText(
  "how to fold a fitted sheet",
  ["Fold a Fitted Sheet": ["lay it flat", "fold the fitted sheet", "tuck the corners"]]
).message

/// A simulator with one fault in every request.
private func withFault(
  _ fault: SimulatedFault, _ shape: GatewayBehavior.Shape = .openai,
  _ body: (SimulatorClient) async throws -> Void
) async throws {
  var configuration = GatewaySimulatorConfiguration()
  configuration.behavior.faults = [fault: 1]
  configuration.behavior.shape = shape
  try await withSimulator(configuration, body)
}

@Suite("Faults")
struct FaultResponseTests {
  @Test("errors of the gateway have the status told", arguments: [408, 500, 502, 503, 529])
  func failures(_ status: Int) async throws {
    try await withFault(.status(status)) { client in
      let reply = try await client.chat(sheet)
      #expect(reply.status == status)
      let type = status == 529 ? "overloaded_error" : "server_error"
      #expect(reply["error", "type"] as? String == type)
      let ledger = try await client.ledger()
      #expect(ledger.faults == ["\(status)": 1])
      #expect(ledger.admitted == 0)
    }
  }

  @Test(
    "quota, budget, shared capacity and the content filter are refused in each gateway's form",
    arguments: [
      (SimulatedFault.insufficientQuota, GatewayBehavior.Shape.openai, 429, "insufficient_quota"),
      (.insufficientQuota, .azure, 429, "insufficient_quota"),
      (.insufficientQuota, .litellm, 429, "429"),
      (.budgetExceeded, .litellm, 400, "400"),
      (.highDemand, .azure, 429, "429"),
      (.highDemand, .litellm, 429, "429"),
      (.status(408), .litellm, 408, "408"),
      (.contentFilter, .openai, 400, "content_filter"),
      (.contentFilter, .azure, 400, "content_filter"),
      (.contentFilter, .litellm, 400, "400"),
    ])
  func refusals(
    _ fault: SimulatedFault, _ shape: GatewayBehavior.Shape, _ status: Int, _ code: String
  ) async throws {
    try await withFault(fault, shape) { client in
      let reply = try await client.chat(sheet)
      #expect(reply.status == status)
      #expect(reply["error", "code"] as? String == code)
      #expect(reply["error", "message"] is String)
      if fault == .budgetExceeded {
        #expect(reply["error", "type"] as? String == "budget_exceeded")
      }
    }
  }

  @Test("a reset, a closed and a cut connection fail the call, and the next one is served")
  func connections() async throws {
    try await withSimulator { client in
      for kind in ["reset", "refuse", "truncated"] {
        try await client.patch(#"{"faults":{"\#(kind)":1}}"#)
        await #expect(throws: (any Error).self, "\(kind)") { try await client.chat(sheet) }
        try await client.patch(#"{"faults":null}"#)
        #expect(try await client.chat(sheet).status == 200)
      }
      let ledger = try await client.ledger()
      #expect(ledger.faults == ["reset": 1, "refuse": 1, "truncated": 1])
    }
  }

  @Test("truncated and malformed JSON are complete responses that cannot be read")
  func brokenJSON() async throws {
    for fault in [SimulatedFault.truncatedJSON, .malformedJSON] {
      try await withFault(fault) { client in
        let reply = try await client.chat(sheet)
        #expect(reply.status == 200)
        #expect(!reply.body.isEmpty)
        #expect((try? JSONSerialization.jsonObject(with: reply.body)) == nil)
      }
    }
  }

  @Test("a refusal has no content, filtered and cut answers say so")
  func finishes() async throws {
    try await withFault(.refusal) { client in
      let reply = try await client.chat(sheet)
      #expect(reply["choices", 0, "message", "content"] is NSNull)
      #expect(reply["choices", 0, "message", "refusal"] is String)
    }
    try await withFault(.contentFilterFinish) { client in
      let reply = try await client.chat(sheet)
      #expect(reply["choices", 0, "finish_reason"] as? String == "content_filter")
      #expect(reply.answer == nil)
    }
    try await withSimulator { client in
      try await client.patch(#"{"length_below":50}"#)
      let body = try SimulatorClient.chatBody(sheet)
      func bounded(_ bound: Int) -> String { body.dropLast() + #","max_tokens":\#(bound)}"# }
      let cut = try await client.post(bounded(49))
      #expect(cut["choices", 0, "finish_reason"] as? String == "length")
      #expect(cut.answer == nil)
      let whole = try await client.post(bounded(50))
      #expect(whole["choices", 0, "finish_reason"] as? String == "stop")
      #expect(whole.answer?.answerable == true)
    }
  }

  @Test("so many replies break the schema as were asked for, then no more")
  func invalidReplies() async throws {
    try await withSimulator { client in
      try await client.patch(#"{"invalid_replies":2}"#)
      for _ in 0..<2 { #expect(try await client.chat(sheet).answer == nil) }
      #expect(try await client.chat(sheet).answer?.answerable == true)
    }
  }

  @Test("the quota and the budget end after so many requests")
  func exhaustion() async throws {
    try await withSimulator { client in
      try await client.patch(#"{"quota_after":1}"#)
      #expect(try await client.chat(sheet).status == 200)
      #expect(try await client.chat(sheet)["error", "type"] as? String == "insufficient_quota")
      try await client.patch(#"{"quota_after":null,"budget_after":0,"budget_status":429}"#)
      let reply = try await client.chat(sheet)
      #expect(reply.status == 429)
      #expect(reply["error", "type"] as? String == "budget_exceeded")
      let ledger = try await client.ledger()
      #expect(ledger.refused == ["insufficient_quota": 1, "budget_exceeded": 1])
    }
  }

  @Test("a slow answer is later than due")
  func slow() async throws {
    try await withFault(.slow) { client in
      try await client.patch(#"{"slow_by":"80ms"}"#)
      let clock = ContinuousClock()
      let started = clock.now
      #expect(try await client.chat(sheet).status == 200)
      #expect(clock.now - started >= .milliseconds(80))
    }
  }

  @Test("an outage begins and ends on time, and stalled requests are answered after it")
  func outages() async throws {
    try await withSimulator { client in
      try await client.patch(
        #"{"outages":[{"for":"1h","kind":503},{"after":"1h","for":"1h","kind":"reset"}]}"#)
      #expect(try await client.chat(sheet).status == 503)
      #expect(try await client.ledger().receivedDuringOutage == 1)
      let clock = ContinuousClock()
      let started = clock.now
      try await client.patch(#"{"outages":[{"for":"250ms","kind":"stall"}]}"#)
      let reply = try await client.chat(sheet)
      #expect(reply.status == 200)
      #expect(reply.answer?.answerable == true)
      #expect(clock.now - started >= .milliseconds(250))
      #expect(try await client.chat(sheet).status == 200)
    }
  }

  @Test("a stalled request ends with its client and with the simulator")
  func stallEnds() async throws {
    try await withFault(.stall) { client in
      let left = Task { try await client.chat(sheet) }
      while try await client.ledger().faults["stall"] != 1 { await Task.yield() }
      left.cancel()
      await #expect(throws: (any Error).self) { try await left.value }
      let stays = Task { try await client.chat(sheet) }
      while try await client.ledger().faults["stall"] != 2 { await Task.yield() }
      try await client.patch(#"{"faults":{"stall":0}}"#)
      #expect(try await stays.value.status == 200)
      #expect(try await client.ledger().admitted == 1)
      try await client.patch(#"{"faults":{"stall":1}}"#)
      // Held when the simulator shuts down; were it not let go, this test would not end.
      Task { try await client.chat(sheet) }
      while try await client.ledger().faults["stall"] != 3 { await Task.yield() }
    }
  }
}
