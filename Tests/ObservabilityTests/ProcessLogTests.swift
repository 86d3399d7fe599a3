import Foundation
import Logging
import Synchronization
import Testing
import Tracing

@testable import Observability

@Suite("Process log")
struct ProcessLogTests {
  private final class Lines: Sendable {
    let all = Mutex<[String]>([])
    func add(_ bytes: [UInt8]) {
      all.withLock { $0.append(String(decoding: bytes, as: UTF8.self)) }
    }
    var last: String { all.withLock { $0.last ?? "" } }
    var count: Int { all.withLock { $0.count } }
  }

  private let lines = Lines()

  private func logger(
    _ format: LogFormat = .json, showsText: Bool = false, limit: RepetitionLimit = RepetitionLimit()
  ) -> Logger {
    let log = ProcessLog(
      format: format, privacy: QueryPrivacy(showsText: showsText), limit: limit, write: lines.add)
    return Logger(label: "test") { log.handler($0, level: .debug) }
  }

  @Test("a line of JSON has all that was said, whatever it holds")
  func json() throws {
    let logger = logger()
    logger.info("two\nlines \"here\"", metadata: ["count": "3", "level": "own"])
    let line = lines.last
    #expect(line.hasSuffix("}\n") && line.dropLast().contains("\n") == false)
    let object = try #require(
      try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: String])
    #expect(object["message"] == "two\nlines \"here\"")
    #expect(object["level"] == "info" && object["logger"] == "test" && object["count"] == "3")
    #expect(object["_level"] == "own")
    #expect(object["time"]?.hasSuffix("Z") == true)
  }

  @Test("a line of text is one line")
  func text() {
    logger(.text).notice("a\nb", metadata: ["k": "v"])
    #expect(lines.last.hasSuffix(" notice test: k=v a\\nb\n"), "\(lines.last)")
  }

  @Test("within a span it names the trace")
  func trace() throws {
    let tracer = OTLPTracer(queue: SpanQueue(), sampleRatio: 1)
    let logger = logger()
    let id = tracer.withSpan("a") { span in
      logger.info("x")
      return span.context.traceContext?.traceID.description ?? ""
    }
    #expect(lines.last.contains("\"trace_id\":\"\(id)\""))
  }

  @Test("what people search for is a hash, the same for the same, unless it is asked for")
  func privacy() {
    let hidden = logger()
    hidden.info("a", metadata: ["query": "my secret question", "key": "k1"])
    let first = lines.last
    hidden.info("a", metadata: ["query": "my secret question", "key": "k1"])
    #expect(!first.contains("secret") && !first.contains("\"k1\""), "\(first)")
    let hash = first.split(separator: "\"query\":\"").last?.prefix(17) ?? ""
    #expect(hash.first == "#" && lines.last.contains(hash))
    logger().info("a", metadata: ["query": "my secret question"])
    #expect(!lines.last.contains(hash), "another process has another salt")
    logger(showsText: true).info("a", metadata: ["query": "my secret question"])
    #expect(lines.last.contains("my secret question"))
  }

  @Test("a place warns a few times in a while, then says how often it was silent")
  func repetition() {
    let limit = RepetitionLimit(count: 2, window: .seconds(10))
    let place = RepetitionLimit.Place(file: "a", line: 1)
    let now = ContinuousClock.now
    #expect(limit.admit(place, at: now) == .admitted(suppressed: 0))
    #expect(limit.admit(place, at: now) == .admitted(suppressed: 0))
    #expect(limit.admit(place, at: now + .seconds(9)) == .suppressed)
    #expect(limit.admit(.init(file: "a", line: 2), at: now) == .admitted(suppressed: 0))
    #expect(limit.admit(place, at: now + .seconds(10)) == .admitted(suppressed: 1))
  }

  @Test("warnings are limited, what is critical is not")
  func levels() {
    let logger = logger(limit: RepetitionLimit(count: 1, window: .seconds(1_000)))
    for _ in 0..<3 { logger.warning("again") }
    #expect(lines.count == 1)
    for _ in 0..<3 { logger.critical("again") }
    #expect(lines.count == 4)
  }
}
