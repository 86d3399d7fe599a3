import Foundation
import HighlightsProtocol
import NIOCore
import TestSupport
import Testing

@testable import HighlightStore

@Suite("The wire format of Redis")
struct RedisWireTests {
  @Test("a command holds any bytes, and none")
  func command() {
    var command = RedisCommand("SET", "é")
    command.add([0, 13, 10, 255])
    command.add([UInt8]())
    var buffer = ByteBuffer()
    command.write(to: &buffer)
    var expected = ByteBuffer(string: "*4\r\n$3\r\nSET\r\n$2\r\né\r\n$4\r\n")
    expected.writeBytes([0, 13, 10, 255])
    expected.writeString("\r\n$0\r\n\r\n")
    #expect(buffer == expected)
  }

  @Test("replies are read whatever the pieces in which they arrive", arguments: [1, 3, 7, 1_000])
  func pieces(size: Int) throws {
    let text = "+OK\r\n-ERR no\r\n:-7\r\n$-1\r\n$3\r\na\r\n\r\n*2\r\n$0\r\n\r\n*1\r\n:9\r\n"
    var rest = ByteBuffer(string: text)
    var reader = RedisReplyReader()
    var replies: [RedisReply] = []
    while rest.readableBytes > 0 {
      let piece = rest.readSlice(length: min(size, rest.readableBytes))
      try reader.feed(piece ?? ByteBuffer())
      while let reply = try reader.next() { replies.append(reply) }
    }
    #expect(
      replies == [
        .status("OK"), .error("ERR no"), .integer(-7), .null, .bytes([97, 13, 10]),
        .array([.bytes([]), .array([.integer(9)])]),
      ])
  }

  @Test("what is no reply is refused", arguments: ["HTTP/1.1 400\r\n", "*9999999999999\r\n"])
  func garbage(text: String) {
    #expect(throws: RedisProtocolError.self) {
      var reader = RedisReplyReader()
      try reader.feed(ByteBuffer(string: text))
      _ = try reader.next()
    }
  }
}

@Suite("A value of a Redis store")
struct RedisValueTests {
  @Test("gives back what it was made of", arguments: [0, 300, 100_000])
  func roundTrip(length: Int) throws {
    for expires in [nil, Int64(-5), 4_102_444_800] {
      let record = try record(
        "k" + String(repeating: "a video about knots. ", count: length / 21), at: -3,
        offset: (1 << 53) + 1, partition: 7, topic: "tópic", status: .withdrawn, expires: expires,
        epoch: 0xFEFF_0101)
      for size in [0, 512, .max] {
        let value = try RedisValue(RedisValue(record).bytes(compressingFrom: size))
        #expect(value == RedisValue(record))
        #expect(value.version == record.version)
        #expect(value.expiresAt == record.expiresAt)
        #expect(value.payload == record.payload)
      }
    }
  }

  @Test("is compressed where that pays only")
  func compression() throws {
    let large = RedisValue(try record(String(repeating: "a video about knots. ", count: 50)))
    #expect(large.bytes(compressingFrom: 512).count < large.payload.count / 2)
    #expect(large.bytes(compressingFrom: 5_000).count > large.payload.count)
    var generator = SeededGenerator(seed: 1)
    let noise = Data((0..<2_000).map { _ in UInt8(generator.below(256)) })
    #expect(Deflated(noise) == nil)
  }

  @Test("that is damaged is not misread, nor takes memory for what it claims to be")
  func damaged() throws {
    let value = RedisValue(try record(String(repeating: "a video about knots. ", count: 50)))
    let bytes = value.bytes(compressingFrom: 0)
    for count in 0..<bytes.count {
      #expect(throws: RedisValue.Damage.damaged) { try RedisValue(Array(bytes.prefix(count))) }
    }
    let start = try #require(bytes.firstRange(of: Array("search.highlights".utf8))).upperBound
    for length: UInt8 in [0x00, 0xFF] {
      var wrong = bytes
      wrong[start] = length
      wrong[start + 3] ^= 1
      #expect(throws: RedisValue.Damage.damaged) { try RedisValue(wrong) }
    }
  }
}

@Suite("The address of a Redis server")
struct RedisEndpointTests {
  @Test("is read with all its parts")
  func parts() throws {
    let full = try RedisEndpoint(url: "rediss://ann:p%40ss@cache.example:7000/2")
    #expect(full.usesTLS && full.host == "cache.example" && full.port == 7_000)
    #expect(full.user == "ann" && full.password == "p@ss" && full.database == 2)
    let least = try RedisEndpoint(url: "redis://cache")
    #expect(!least.usesTLS && least.host == "cache" && least.port == 6_379)
    #expect(least.user == nil && least.password == nil && least.database == 0)
    #expect(try RedisEndpoint(url: "redis://:pw@h").password == "pw")
    #expect(try RedisEndpoint(url: "redis://[::1]:1/").host == "::1")
  }

  @Test("is described without user and password")
  func secrets() throws {
    let endpoint = try RedisEndpoint(url: "rediss://ann:s3cret@[::1]:7000/2")
    var dumped = ""
    dump(endpoint, to: &dumped)
    for text in ["\(endpoint)", String(reflecting: endpoint), dumped] {
      #expect(text.contains("rediss://[::1]:7000/2"))
      #expect(!text.contains("ann") && !text.contains("s3cret"))
    }
  }

  @Test(
    "that is wrong is refused with the reason, and without the secrets",
    arguments: [
      ("http://u:s3cret@h", "scheme"), ("redis://u:s3cret@", "host"),
      ("redis://u:s3cret@h/x", "database"), ("redis://u:s3cret@h/-1", "database"),
      ("redis://u:s3cret@h:0", "port"), ("redis://u:s3cret@h?a=b", "query"),
      ("redis://s3cret@h", "user without a password"), ("redis://u:s3cret@a b", "no URL"),
      ("u:s3cret@h", "scheme"),
    ])
  func wrong(url: String, problem: String) {
    let error = #expect(throws: RedisEndpointError.self) { try RedisEndpoint(url: url) }
    #expect(error?.description.contains(problem) == true, "\(error?.description ?? "")")
    #expect(error?.description.contains("s3cret") == false)
  }
}
