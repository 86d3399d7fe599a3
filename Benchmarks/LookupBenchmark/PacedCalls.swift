import BenchmarkSupport
import CDispatch
import Glibc
import TestSupport

/// An open loop: requests come at moments drawn beforehand, and each is timed from its moment, so that what waits for
/// a free connection, or for this process to wake up, counts as the server's.
///
/// One thread over plain sockets, without a library whose own time would be measured.
struct PacedCalls {
  private struct Connection {
    let socket: Int32
    /// When the request that is out was due; nil while none is.
    var due: Double?
    var answer: [UInt8] = []
  }

  private var connections: [Connection] = []
  private let requests: [[UInt8]]
  private let order: [Int]
  private var idle: [Int] = []
  private var times: [Double] = []
  private var buffer = [UInt8](repeating: 0, count: 64 << 10)

  init(port: UInt16, connections count: Int, requests: [[UInt8]], order: [Int]) throws {
    self.requests = requests
    self.order = order
    connections = try (0..<count).map { _ in Connection(socket: try Self.connect(to: port)) }
    idle = Array(0..<count)
  }

  /// Seconds that each answer took. A process that ends closes its sockets.
  ///
  /// - Throws: `BenchmarkError` when an answer is not 200, or does not come within 10 s.
  mutating func run(rate: Double, seconds: Double, from start: Int) throws -> [Double] {
    var random = SeededGenerator(seed: UInt64(start))
    var next = 0.0
    var sent = 0
    var done = false
    let began = Self.now()
    while true {
      let elapsed = Self.now() - began
      // Exponential gaps: requests of many people, who do not know of each other.
      while !done, next <= elapsed, let free = idle.popLast() {
        try send(requests[order[(start + sent) % order.count]], over: free, due: next)
        sent += 1
        next -= log(1 - Double(random.next() >> 11) / Double(1 << 53)) / rate
        done = next >= seconds
      }
      if done, idle.count == connections.count { return times }
      guard elapsed < seconds + 10 else {
        throw BenchmarkError("\(connections.count - idle.count) look-ups without an answer")
      }
      let untilNext = idle.isEmpty || done ? 1 : max(0, next - (Self.now() - began))
      try receive(waiting: untilNext, began)
    }
  }

  private mutating func send(_ request: [UInt8], over index: Int, due: Double) throws {
    connections[index].due = due
    // A request is far smaller than a socket's empty buffer, so it is taken as a whole.
    guard Glibc.send(connections[index].socket, request, request.count, 0) == request.count else {
      throw BenchmarkError("a request was not sent: errno \(errno)")
    }
  }

  private mutating func receive(waiting limit: Double, _ began: Double) throws {
    let busy = connections.indices.filter { connections[$0].due != nil }
    // Of the waits that C offers here only this one is finer than a millisecond.
    var readable = fd_set()
    for index in busy { Self.bit(connections[index].socket, in: &readable) { $0 |= $1 } }
    let last = busy.map { connections[$0].socket }.max() ?? -1
    var wait = timespec(tv_sec: Int(limit), tv_nsec: Int((limit - limit.rounded(.down)) * 1e9))
    let count = pselect(last + 1, &readable, nil, nil, &wait, nil)
    guard count >= 0 else { throw BenchmarkError("pselect: errno \(errno)") }
    guard count > 0 else { return }
    for index in busy {
      var isReadable = false
      Self.bit(connections[index].socket, in: &readable) { isReadable = $0 & $1 != 0 }
      if isReadable { try read(index, began) }
    }
  }

  /// Gives the byte of a socket's bit, and the bit in it, to `body`.
  private static func bit(
    _ socket: Int32, in set: inout fd_set, _ body: (inout UInt8, UInt8) -> Void
  ) {
    withUnsafeMutableBytes(of: &set) { body(&$0[Int(socket) / 8], 1 << UInt8(socket % 8)) }
  }

  private mutating func read(_ index: Int, _ began: Double) throws {
    let count = recv(connections[index].socket, &buffer, buffer.count, 0)
    guard count > 0 else { throw BenchmarkError("a connection ended: errno \(errno)") }
    connections[index].answer += buffer[..<count]
    guard try Self.isWhole(connections[index].answer), let due = connections[index].due else {
      return
    }
    times.append(Self.now() - began - due)
    connections[index].answer.removeAll(keepingCapacity: true)
    connections[index].due = nil
    idle.append(index)
  }

  /// Whether the answer's last byte is there. Bytes, not strings: this is done for each answer.
  private static func isWhole(_ answer: [UInt8]) throws -> Bool {
    guard answer.starts(with: ok) else {
      guard answer.count > ok.count else { return false }
      throw BenchmarkError(
        "a look-up was answered: \(String(decoding: answer.prefix(60), as: UTF8.self))")
    }
    var length: Int?
    var start = 0
    while let end = answer[start...].firstIndex(of: UInt8(ascii: "\n")) {
      // A line of its own line break alone ends the head.
      if end - start == 1 {
        guard let length else { throw BenchmarkError("an answer without a length") }
        return answer.count >= end + 1 + length
      }
      length = length ?? Self.length(answer[start..<end])
      start = end + 1
    }
    return false
  }

  private static let ok = Array("HTTP/1.1 200 ".utf8)
  private static let lengthName = Array("content-length: ".utf8)

  private static func length(_ line: ArraySlice<UInt8>) -> Int? {
    guard line.count > lengthName.count,
      zip(line, lengthName).allSatisfy({ $0 == $1 || $0 | 0x20 == $1 })
    else { return nil }
    return line.dropFirst(lengthName.count).reduce(0) { number, byte in
      (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) ? number * 10 + Int(byte & 15) : number
    }
  }

  private static func now() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }

  private static func connect(to port: UInt16) throws -> Int32 {
    let socket = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = inet_addr("127.0.0.1")
    let isConnected = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        Glibc.connect(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
      }
    }
    var yes: Int32 = 1
    guard (0..<Int32(FD_SETSIZE)).contains(socket), isConnected,
      setsockopt(
        socket, Int32(IPPROTO_TCP), TCP_NODELAY, &yes, socklen_t(MemoryLayout<Int32>.size)) == 0
    else { throw BenchmarkError("no connection to port \(port): errno \(errno)") }
    return socket
  }
}
