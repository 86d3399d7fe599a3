import BenchmarkSupport
import Foundation
import TestSupport

/// Which keys are asked for in which order, written into a folder so that callers in other processes ask the same.
struct KeyOrders {
  enum Kind: String, CaseIterable { case zipf, uniform }

  static let keys = 100_000
  /// Of Zipf's law: the key of rank r is asked for in proportion to 1 / r^1.06.
  static let exponent = 1.06
  static let length = 1 << 20

  let folder: URL
  var paths: URL { folder.appending(path: "paths") }

  func file(_ kind: Kind) -> URL { folder.appending(path: kind.rawValue) }

  /// Writes the paths, one a line, and each order as numbers of 4 bytes, the lowest first.
  func write(seed: UInt64) throws {
    try Data((0..<Self.keys).map(SampleHighlights.path).joined(separator: "\n").utf8)
      .write(to: paths)
    var random = SeededGenerator(seed: seed)
    let uniform = (0..<Self.length).map { _ in random.below(Self.keys) }
    try Self.data(uniform).write(to: file(.uniform))
    try Self.data(Self.zipf(&random)).write(to: file(.zipf))
  }

  /// Reads what ``write(seed:)`` wrote: each path's request, and an order.
  func read(_ kind: Kind) throws -> (paths: [String], order: [Int]) {
    let paths = try String(contentsOf: paths, encoding: .utf8).split(separator: "\n")
    let bytes = [UInt8](try Data(contentsOf: file(kind)))
    guard paths.count == Self.keys, bytes.count == Self.length * 4 else {
      throw BenchmarkError("\(folder.path) does not hold the orders of keys")
    }
    let order = stride(from: 0, to: bytes.count, by: 4).map { start in
      (0..<4).reduce(0) { $0 | Int(bytes[start + $1]) << (8 * $1) }
    }
    return (paths.map(String.init), order)
  }

  private static func zipf(_ random: inout SeededGenerator) -> [Int] {
    var sums: [Double] = []
    var sum = 0.0
    for rank in 1...keys {
      sum += pow(Double(rank), -exponent)
      sums.append(sum)
    }
    return (0..<length).map { _ in
      let wanted = Double(random.next() >> 11) / Double(1 << 53) * sum
      var (low, high) = (0, keys - 1)
      while low < high {
        let middle = (low + high) / 2
        if sums[middle] < wanted { low = middle + 1 } else { high = middle }
      }
      return low
    }
  }

  private static func data(_ numbers: [Int]) -> Data {
    var data = Data(capacity: numbers.count * 4)
    for number in numbers {
      for byte in 0..<4 { data.append(UInt8(truncatingIfNeeded: number >> (8 * byte))) }
    }
    return data
  }
}
