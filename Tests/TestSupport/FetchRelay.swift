import Foundation
import Glibc
import Synchronization

/// Stands between a client and the test broker, and answers no fetch sooner than 20 ms after it was asked.
///
/// That broker answers fetches that find nothing at once, whatever they allow, and a client at the end of a topic then
/// asks ten thousand times a second: most of what a consumer would cost is the broker's doing. Real ones wait.
public final class FetchRelay: Sendable {
  private let listener: Int32
  private let port: UInt16
  private let brokerPort: UInt16
  private let connections = Mutex<[ObjectIdentifier: Connection]>([:])
  private let isClosed = Mutex(false)

  private static let hold = Duration.milliseconds(20)
  /// Kafka's numbers of requests.
  private static let fetch: UInt16 = 1
  private static let namingBrokers: Set<UInt16> = [3, 10]

  /// - Parameter brokerPort: the broker's, on 127.0.0.1, which it names as its own address too.
  public init(to brokerPort: UInt16) throws {
    self.brokerPort = brokerPort
    listener = try Self.socket()
    port = try Self.listen(listener)
    Thread.detachNewThread { [self] in accept() }
  }

  public var address: String { "127.0.0.1:\(port)" }

  /// Ends all connections.
  public func close() {
    let open = connections.withLock { connections in
      isClosed.withLock { $0 = true }
      return connections.values
    }
    shutdown(listener, Int32(SHUT_RDWR))
    for connection in open { connection.end() }
  }

  private func accept() {
    defer { Glibc.close(listener) }
    while true {
      let client = Glibc.accept(listener, nil, nil)
      guard client >= 0 else { return }
      guard let broker = try? Self.socket() else {
        Glibc.close(client)
        continue
      }
      guard Self.connect(broker, to: brokerPort) else {
        Glibc.close(client)
        Glibc.close(broker)
        continue
      }
      for socket in [client, broker] { Self.sendAtOnce(socket) }
      carry(Connection(client: client, broker: broker))
    }
  }

  private func carry(_ connection: Connection) {
    connections.withLock { $0[ObjectIdentifier(connection)] = connection }
    if isClosed.withLock({ $0 }) { connection.end() }
    Thread.detachNewThread { [self] in
      while let frame = Self.read(connection.client), frame.count >= 8 {
        connection.asked.withLock { $0.append((Self.number(frame, at: 4), .now)) }
        guard Self.write(frame, to: connection.broker) else { break }
      }
      finish(connection)
    }
    Thread.detachNewThread { [self] in
      while var frame = Self.read(connection.broker) {
        // Answers come in the order of the requests.
        guard let (kind, at) = connection.asked.withLock({ $0.isEmpty ? nil : $0.removeFirst() })
        else { break }
        if Self.namingBrokers.contains(kind) { rename(&frame) }
        if kind == Self.fetch { Self.sleep(until: at + Self.hold) }
        guard Self.write(frame, to: connection.client) else { break }
      }
      finish(connection)
    }
  }

  private func finish(_ connection: Connection) {
    connection.end()
    if connection.leave() {
      connections.withLock { _ = $0.removeValue(forKey: ObjectIdentifier(connection)) }
    }
  }

  /// Two sockets and the two threads that carry bytes from one to the other.
  private final class Connection: Sendable {
    let client: Int32
    let broker: Int32
    let asked = Mutex<[(kind: UInt16, at: ContinuousClock.Instant)]>([])
    private let threads = Mutex(2)

    init(client: Int32, broker: Int32) {
      self.client = client
      self.broker = broker
    }

    /// Has both threads come to their end. Not once the last has left: the numbers may be another's files by then.
    func end() {
      threads.withLock { threads in
        guard threads > 0 else { return }
        for socket in [client, broker] { shutdown(socket, Int32(SHUT_RDWR)) }
      }
    }

    /// Returns true for the last thread, which closes the sockets.
    func leave() -> Bool {
      threads.withLock { threads in
        threads -= 1
        if threads == 0 { for socket in [client, broker] { Glibc.close(socket) } }
        return threads == 0
      }
    }
  }

  /// Has clients find this relay where the broker names itself.
  private func rename(_ frame: inout [UInt8]) {
    let host = Array("127.0.0.1".utf8)
    let own = host + Self.bytes(brokerPort)
    var index = 0
    while index + own.count <= frame.count {
      if frame[index..<(index + own.count)].elementsEqual(own) {
        frame.replaceSubrange((index + host.count)..<(index + own.count), with: Self.bytes(port))
      }
      index += 1
    }
  }

  // MARK: Sockets

  /// A port as the protocol has it: four bytes.
  private static func bytes(_ port: UInt16) -> [UInt8] {
    [0, 0, UInt8(port >> 8), UInt8(port & 0xFF)]
  }

  private static func number(_ frame: [UInt8], at index: Int) -> UInt16 {
    UInt16(frame[index]) << 8 | UInt16(frame[index + 1])
  }

  private static func sleep(until: ContinuousClock.Instant) {
    let left = until - .now
    if left > .zero { usleep(UInt32(left / .microseconds(1))) }
  }

  private static func socket() throws -> Int32 {
    let socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    guard socket >= 0 else { throw TestSupportError("a socket: errno \(errno)") }
    return socket
  }

  /// Has it take connections on a free port, and returns that.
  private static func listen(_ socket: Int32) throws -> UInt16 {
    var address = loopback(0)
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let isListening = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(socket, $0, size) == 0 && Glibc.listen(socket, 64) == 0
          && getsockname(socket, $0, &size) == 0
      }
    }
    guard isListening else { throw TestSupportError("listening: errno \(errno)") }
    return UInt16(bigEndian: address.sin_port)
  }

  private static func loopback(_ port: UInt16) -> sockaddr_in {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    return address
  }

  private static func connect(_ socket: Int32, to port: UInt16) -> Bool {
    var address = loopback(port)
    return withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        Glibc.connect(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
      }
    }
  }

  private static func sendAtOnce(_ socket: Int32) {
    var on: Int32 = 1
    setsockopt(socket, Int32(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<Int32>.size))
  }

  /// One message of the protocol with the four bytes of its length; nil at the end.
  private static func read(_ socket: Int32) -> [UInt8]? {
    var frame = [UInt8](repeating: 0, count: 4)
    guard fill(&frame, from: 0, socket) else { return nil }
    let length = Int(number(frame, at: 0)) << 16 | Int(number(frame, at: 2))
    frame += [UInt8](repeating: 0, count: length)
    return fill(&frame, from: 4, socket) ? frame : nil
  }

  private static func fill(_ frame: inout [UInt8], from start: Int, _ socket: Int32) -> Bool {
    var start = start
    while start < frame.count {
      let count = frame.withUnsafeMutableBytes {
        recv(socket, $0.baseAddress! + start, $0.count - start, 0)
      }
      guard count > 0 else { return false }
      start += count
    }
    return true
  }

  private static func write(_ frame: [UInt8], to socket: Int32) -> Bool {
    var start = 0
    while start < frame.count {
      let count = frame.withUnsafeBytes {
        send(socket, $0.baseAddress! + start, $0.count - start, Int32(MSG_NOSIGNAL))
      }
      guard count > 0 else { return false }
      start += count
    }
    return true
  }
}
