import Foundation
import GatewaySimulator
import Testing

@Suite("Run-time settings")
struct AdminSettingsTests {
  @Test("a patch changes what it names and leaves the rest")
  func merge() async throws {
    try await withSimulator { client in
      let changed = try await client.patch(
        #"{"window":"bucket","tokens_per_minute":500,"faults":{"503":0.25,"slow":0.5}}"#)
      #expect(changed.status == 200)
      try await client.patch(#"{"faults":{"503":null,"reset":0.1},"latency":"250ms"}"#)
      let settings = try await client.get("/admin/settings")
      #expect(settings["window"] as? String == "bucket")
      #expect(settings["tokens_per_minute"] as? Int == 500)
      #expect(settings["requests_per_minute"] is NSNull)
      #expect(settings["faults"] as? [String: Double] == ["slow": 0.5, "reset": 0.1])
      #expect(settings["latency"] as? String == "250ms")
      let again = try await client.patch(String(decoding: settings.body, as: UTF8.self))
      #expect(again.status == 200)
      #expect(again.body == settings.body)
    }
  }

  @Test(
    "a wrong setting is refused with its name, its value and what is allowed, and changes nothing",
    arguments: [
      (#"{"window":"slide"}"#, "window is \"slide\"", "\"sliding\", \"fixed\", \"bucket\""),
      (#"{"requests_per_minute":-1}"#, "requests_per_minute is -1", "a whole number"),
      (#"{"requests_per_minute":1.5}"#, "requests_per_minute is 1.5", "a whole number"),
      (#"{"count_refused":"yes"}"#, "count_refused is \"yes\"", "true, false"),
      (#"{"faults":{"404":0.5}}"#, #"faults is {"404":0.5}"#, "408, 500 to 599, stall"),
      (#"{"faults":{"reset":0.6,"stall":0.6}}"#, "faults is", "together at most 1"),
      (#"{"outages":[{"for":"0s","kind":"stall"}]}"#, "outages is", "for not 0"),
      (#"{"outages":[{"for":"1s"}]}"#, "outages is", "kind one of"),
      (#"{"slow_by":"soon"}"#, "slow_by is \"soon\"", "a duration such as"),
      (#"{"budget_status":500}"#, "budget_status is 500", "400, 429"),
      (#"{"rpm":5}"#, "rpm is 5", "only requests_per_minute"),
    ])
  func refusals(_ patch: String, _ problem: String, _ allowed: String) async throws {
    try await withSimulator { client in
      let before = try await client.get("/admin/settings").body
      // A right one beside it is not taken over either.
      let reply = try await client.patch(#"{"bucket_tokens":7,"# + patch.dropFirst())
      #expect(reply.status == 400)
      let message = try #require(reply["error", "message"] as? String)
      #expect(message.contains(problem))
      #expect(message.contains(allowed))
      #expect(problem.hasPrefix(reply["error", "param"] as? String ?? "-"))
      #expect(try await client.get("/admin/settings").body == before)
    }
  }

  @Test("a patch that is no object is refused")
  func notAnObject() async throws {
    try await withSimulator { client in
      for patch in ["[]", "{", ""] {
        let reply = try await client.patch(patch)
        #expect(reply.status == 400)
      }
    }
  }

  @Test("settings and ledger need no key")
  func open() async throws {
    try await withSimulator(.init(apiKey: "right")) { client in
      let reply = try await client.patch(#"{"requests_per_minute":5}"#)
      #expect(reply.status == 200)
      #expect(try await client.chat("x").status == 401)
      #expect(try await client.ledger().refused == ["invalid_key": 1])
    }
  }

  @Test("limits hold from the start as configured, and are taken away while it runs")
  func configured() async throws {
    var behavior = GatewayBehavior()
    behavior.requestsPerMinute = 1
    try await withSimulator(.init(behavior: behavior)) { client in
      #expect(try await client.chat("x").status == 200)
      #expect(try await client.chat("x").status == 429)
      try await client.patch(#"{"requests_per_minute":0}"#)
      #expect(try await client.chat("x").status == 200)
      #expect(try await client.get("/admin/settings")["requests_per_minute"] is NSNull)
    }
  }
}
