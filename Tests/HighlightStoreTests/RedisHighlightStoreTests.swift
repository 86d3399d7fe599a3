import Foundation
import HighlightsProtocol
import TestSupport
import Testing

@testable import HighlightStore

/// What only a store on a Redis server does.
@Suite(
  "The Redis highlight store",
  .enabled(if: RedisServer.isInstalled, "\(RedisServer.howToInstall)"))
struct RedisHighlightStoreTests {
  @Test("lets the server drop a highlight when it expires, and never a withdrawal")
  func expiryOnTheServer() async throws {
    try await RedisServer.run { server in
      let store = try RedisHighlightStore(endpoint: server.endpoint())
      let client = try RedisClient(endpoint: server.endpoint(), settings: .init(), logger: nil)
      let end: Int64 = 4_102_444_800
      func expiry(_ key: String) async throws -> RedisReply? {
        try await client.send([RedisCommand("PEXPIRETIME", "hl:{\(key)}:")]).first
      }
      _ = try await store.apply([
        record("a", expires: end), record("b"), record("c", status: .withdrawn, expires: end),
        record("past", expires: 1_000),
      ])
      #expect(try await expiry("a") == .integer(end * 1_000))
      #expect(try await expiry("b") == .integer(-1))
      #expect(try await expiry("c") == .integer(-1))
      #expect(try await expiry("past") == .integer(-2))

      _ = try await store.apply([
        record("a", at: 200, status: .withdrawn, expires: end), record("b", at: 200, expires: end),
      ])
      #expect(try await expiry("a") == .integer(-1))
      #expect(try await expiry("b") == .integer(end * 1_000))
      _ = try await store.apply([record("b", at: 150)])
      #expect(try await expiry("b") == .integer(end * 1_000))
    }
  }

  @Test("keeps what tells that a withdrawal was lifted, also when that has expired")
  func liftedStays() async throws {
    try await RedisServer.run { server in
      let store = try RedisHighlightStore(endpoint: server.endpoint())
      let withdrawn = try record(at: 100, status: .withdrawn)
      let lifted = try record(at: 200, offset: 1, status: .noAnswer, expires: 1_000, epoch: 2)
      #expect(try await store.apply([withdrawn, lifted]) == [.stored, .stored])
      #expect(try await store.highlight(forKey: "k") == nil)
      #expect(try await store.apply([withdrawn]) == [.refused(by: lifted)])
      #expect(try await store.count() == 1)
    }
  }

  @Test("keeps a key in the set of a video until the last highlight expires that cited it")
  func setsOfVideos() async throws {
    try await RedisServer.run { server in
      let store = try RedisHighlightStore(endpoint: server.endpoint())
      let client = try RedisClient(endpoint: server.endpoint(), settings: .init(), logger: nil)
      let end: Int64 = 4_102_444_800
      func ask(_ name: String) async throws -> RedisReply? {
        try await client.send([RedisCommand(name, "hl:video:{v}:")]).first
      }
      _ = try await store.apply([record("a", expires: end, citing: ["v"])])
      _ = try await store.apply([record("b", expires: end + 5, citing: ["v"])])
      _ = try await store.apply([record("a", at: 200, offset: 1, expires: end - 5, showing: ["v"])])
      #expect(try await ask("ZCARD") == .integer(2))
      #expect(try await ask("PEXPIRETIME") == .integer((end + 5) * 1_000))
      // What is there already never leaves sooner than it would have.
      let score = try await client.send([RedisCommand("ZSCORE", "hl:video:{v}:", "a")]).first
      #expect(score == .bytes(Array("\(end * 1_000)".utf8)))
      // One whose time has come goes with the next that comes; what never expires keeps the set.
      _ = try await client.send([RedisCommand("ZADD", "hl:video:{v}:", "1000", "old")])
      _ = try await store.apply([
        record("c", citing: ["v"]), record("d", expires: 9, citing: ["v"]),
      ])
      #expect(try await ask("ZCARD") == .integer(3))
      #expect(try await ask("PEXPIRETIME") == .integer(-1))
      // One that cites it no more stays there, and is not found.
      _ = try await store.apply([record("c", at: 200, offset: 1, expires: end)])
      #expect(try await ask("ZCARD") == .integer(3))
      #expect(try await store.keys(citing: "v", variant: "") == ["a", "b"])
    }
  }

  @Test("puts keys into the sets of videos before it writes the highlights")
  func setsFirst() async throws {
    try await RedisServer.run { server in
      let store = try RedisHighlightStore(endpoint: server.endpoint())
      let client = try RedisClient(endpoint: server.endpoint(), settings: .init(), logger: nil)
      _ = try await client.send([RedisCommand("LPUSH", "hl:video:{v}:", "x")])
      await #expect(throws: StoreError.self) { try await store.apply([record(citing: ["v"])]) }
      #expect(try await store.highlight(forKey: "k") == nil)
    }
  }

  @Test("works on when the server has forgotten the scripts")
  func forgottenScripts() async throws {
    try await RedisServer.run { server in
      let store = try RedisHighlightStore(endpoint: server.endpoint())
      let client = try RedisClient(endpoint: server.endpoint(), settings: .init(), logger: nil)
      #expect(try await store.apply([record()]) == [.stored])
      #expect(try await client.send([RedisCommand("SCRIPT", "FLUSH")]) == [.status("OK")])
      let newer = try record(at: 200, offset: 5)
      #expect(
        try await store.apply([newer, record(at: 50, offset: 6)]) == [.stored, .refused(by: newer)])
      #expect(try await store.appliedOffsets(topic: "search.highlights") == [0: 7])
    }
  }

  @Test("does not move a partition on when a record of its batch was not taken")
  func failedBatch() async throws {
    try await RedisServer.run { server in
      let store = try RedisHighlightStore(endpoint: server.endpoint())
      let client = try RedisClient(endpoint: server.endpoint(), settings: .init(), logger: nil)
      _ = try await client.send([RedisCommand("LPUSH", "hl:{b}:", "x")])
      let batch = try [record("a", offset: 1), record("b", offset: 2), record("c", offset: 3)]
      let error = await #expect(throws: StoreError.self) { try await store.apply(batch) }
      #expect(error?.reason == .corrupt)
      #expect(try await store.appliedOffsets(topic: "search.highlights") == [:])

      _ = try await client.send([RedisCommand("DEL", "hl:{b}:")])
      #expect(try await store.apply(batch) == [.stored, .stored, .stored])
      #expect(try await store.appliedOffsets(topic: "search.highlights") == [0: 4])
    }
  }

  @Test(
    "says what is wrong with a value that it cannot read",
    arguments: [
      ([UInt8]("too short".utf8), StoreError.Reason.corrupt),
      ([9] + [UInt8](repeating: 0, count: 40), .newerSchema),
      ([1] + [UInt8](repeating: 0, count: 40), .olderSchema),
    ])
  func unreadable(value: [UInt8], reason: StoreError.Reason) async throws {
    try await RedisServer.run { server in
      let store = try RedisHighlightStore(endpoint: server.endpoint())
      let client = try RedisClient(endpoint: server.endpoint(), settings: .init(), logger: nil)
      var set = RedisCommand("SET", "hl:{k}:")
      set.add(value.count > 40 ? value : [RedisValue.layout] + value)
      _ = try await client.send([set])
      let read = await #expect(throws: StoreError.self) { try await store.highlight(forKey: "k") }
      #expect(read?.reason == reason)
      let write = await #expect(throws: StoreError.self) { try await store.apply([record()]) }
      #expect(write?.reason == reason)
    }
  }

  @Test("counts highlights alone, and all of them")
  func counts() async throws {
    try await RedisServer.run { server in
      let store = try RedisHighlightStore(endpoint: server.endpoint())
      let client = try RedisClient(endpoint: server.endpoint(), settings: .init(), logger: nil)
      _ = try await client.send([RedisCommand("SET", "another program's", "x")])
      _ = try await store.apply((0..<2_500).map { try record("k\($0)", offset: Int64($0)) })
      #expect(try await store.count() == 2_500)
    }
  }

  @Test("keeps databases of one server apart")
  func databases() async throws {
    try await RedisServer.run { server in
      let third = try RedisHighlightStore(endpoint: server.endpoint(path: "/3"))
      _ = try await third.apply([record()])
      let first = try RedisHighlightStore(endpoint: server.endpoint())
      #expect(try await first.highlight(forKey: "k") == nil)
      let again = try RedisHighlightStore(endpoint: server.endpoint(path: "/3"))
      #expect(try await again.highlight(forKey: "k") != nil)
    }
  }

  @Test("speaks as a user, and tells no secret when it is refused")
  func users() async throws {
    let options = [
      "--requirepass", "main-secret",
      "--user", "reader", "on", ">read-secret", "~hl:*", "+get", "+ping",
    ]
    try await RedisServer.run(options: options) { server in
      let writer = try RedisHighlightStore(endpoint: server.endpoint(user: ":main-secret@"))
      #expect(try await writer.apply([record()]) == [.stored])

      let reader = try RedisHighlightStore(
        endpoint: server.endpoint(user: "reader:read-secret@"))
      #expect(try await reader.highlight(forKey: "k") != nil)
      let refused = await #expect(throws: StoreError.self) { try await reader.apply([record()]) }
      #expect(refused?.reason == .accessDenied)

      for user in ["", ":wrong-secret@", "reader:wrong-secret@", "nobody:wrong-secret@"] {
        let store = try RedisHighlightStore(endpoint: server.endpoint(user: user))
        let error = await #expect(throws: StoreError.self) { try await store.count() }
        #expect(error?.reason == .accessDenied)
        #expect(error?.description.contains("secret") == false)
      }
    }
  }

  @Test(
    "tells no secret when the server knows no passwords, or not even the command",
    arguments: [[], ["--rename-command", "AUTH", ""]])
  func echoedSecrets(options: [String]) async throws {
    try await RedisServer.run(options: options) { server in
      let store = try RedisHighlightStore(endpoint: server.endpoint(user: "ann:any-secret@"))
      let error = await #expect(throws: StoreError.self) { try await store.count() }
      #expect(error?.reason == .accessDenied)
      #expect(error?.description.contains("secret") == false)
      #expect(error?.description.contains("ann") == false)
    }
  }

  @Test("says that the server's memory is full, and works on when there is room")
  func memoryFull() async throws {
    try await RedisServer.run { server in
      let store = try RedisHighlightStore(endpoint: server.endpoint())
      let client = try RedisClient(endpoint: server.endpoint(), settings: .init(), logger: nil)
      _ = try await store.apply([record("first")])
      _ = try await client.send([RedisCommand("CONFIG", "SET", "maxmemory", "1")])
      let error = await #expect(throws: StoreError.self) { try await store.apply([record("b")]) }
      #expect(error?.reason == .memoryFull)
      #expect(try await store.highlight(forKey: "first") != nil)
      _ = try await client.send([RedisCommand("CONFIG", "SET", "maxmemory", "0")])
      #expect(try await store.apply([record("b")]) == [.stored])
    }
  }

  @Test("speaks over TLS to a server that it trusts, and to no other")
  func tls() async throws {
    try await withTemporaryFolder { folder in
      try makeCertificate(in: folder)
      try await RedisServer.run(tls: folder, options: ["--requirepass", "pw"]) { server in
        let endpoint = try server.endpoint(scheme: "rediss", user: ":pw@")
        let trusting = try RedisHighlightStore(
          endpoint: endpoint, settings: RedisSettings(trustedCertificates: folder + "/server.pem"))
        let batch = try (0..<2_000).map { try record("k\($0)", offset: Int64($0)) }
        #expect(try await trusting.apply(batch).allSatisfy { $0 == .stored })
        #expect(try await trusting.highlights(forKeys: batch.map(\.key)).count == 2_000)
        try await trusting.close()

        let stranger = try RedisHighlightStore(endpoint: endpoint)
        let error = await #expect(throws: StoreError.self) { try await stranger.count() }
        #expect(error?.reason == .unavailable)
        #expect(error?.description.contains("CERTIFICATE_VERIFY_FAILED") == true)
      }
      #expect(throws: StoreError.self) {
        try RedisHighlightStore(
          endpoint: RedisEndpoint(url: "rediss://localhost"),
          settings: RedisSettings(trustedCertificates: folder + "/none.pem"))
      }
    }
  }

  private func makeCertificate(in folder: String) throws {
    let openssl = Process()
    openssl.executableURL = URL(filePath: "/usr/bin/env")
    openssl.arguments = [
      "openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2",
      "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1",
      "-keyout", folder + "/server.key", "-out", folder + "/server.pem",
    ]
    openssl.standardError = FileHandle.nullDevice
    try openssl.runHearingSignals()
    openssl.waitUntilExit()
    try #require(openssl.terminationStatus == 0, "openssl could not make a certificate")
  }
}
