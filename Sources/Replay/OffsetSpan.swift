/// Offsets of a partition, as an operator names them.
public struct OffsetSpan: Sendable, Hashable {
  public let partition: Int32
  /// Nil from the oldest on.
  public let begin: Int64?
  /// The first that is not meant any more; nil up to the newest.
  public let end: Int64?

  public static let allowed =
    "PARTITION:FROM-TO, from FROM up to but without TO, either of them or both left out"

  /// Reads such as `0:100-200`, `1:5-` or `2`.
  ///
  /// - Throws: ``ReplayError/invalid(what:value:allowed:)``.
  public init(_ text: String) throws(ReplayError) {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    guard (1...2).contains(parts.count), let partition = Int32(parts[0]), partition >= 0 else {
      throw .invalid(what: "offsets", value: text, allowed: Self.allowed)
    }
    self.partition = partition
    guard parts.count == 2 else {
      (begin, end) = (nil, nil)
      return
    }
    let ends = parts[1].split(separator: "-", omittingEmptySubsequences: false)
    guard ends.count == 2, let begin = Self.offset(ends[0]), let end = Self.offset(ends[1]) else {
      throw .invalid(what: "offsets", value: text, allowed: Self.allowed)
    }
    (self.begin, self.end) = (begin, end)
    if let begin, let end, begin >= end {
      throw .invalid(
        what: "offsets", value: text,
        allowed: begin == end
          ? "a range that is not empty: TO is not meant itself" : "a FROM below its TO")
    }
  }

  /// Reads some, apart by commas; nothing may be named twice.
  public static func all(_ text: String) throws(ReplayError) -> [OffsetSpan] {
    var spans: [OffsetSpan] = []
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      let span = try OffsetSpan(part.trimmingSpaces)
      guard !spans.contains(where: { $0.partition == span.partition }) else {
        throw .invalid(
          what: "offsets", value: text, allowed: "each partition once, not \(span.partition) again")
      }
      spans.append(span)
    }
    return spans
  }

  /// Nil inside for nothing, nil for what is no offset.
  private static func offset(_ text: Substring) -> Int64?? {
    if text.isEmpty { return .some(nil) }
    guard text.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) else {
      return nil
    }
    return Int64(text).map { .some($0) }
  }
}

extension Substring {
  fileprivate var trimmingSpaces: String {
    var text = self
    while text.first == " " { text.removeFirst() }
    while text.last == " " { text.removeLast() }
    return String(text)
  }
}
