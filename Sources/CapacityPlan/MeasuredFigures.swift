import Foundation

/// Figures of a fleet that runs, from a JSON file: one object with any of these keys.
///
/// `make bench-load` prints those of this machine, `Deploy/CAPACITY.md` says where each can be read.
public struct MeasuredFigures: Sendable, Hashable {
  public var latencyP50: Double?
  public var latencyP99: Double?
  public var tokensIn: Double?
  public var tokensOut: Double?
  public var cpuPerThousandCalls: Double?
  public var cpuPerThousandUnchanged: Double?
  public var acknowledgement: Double?
  public var memory: Double?
  public var highlightBytes: Double?
  public var noAnswerShare: Double?
  public var changedShare: Double?

  public init() {}

  private static var fields: [(key: String, path: WritableKeyPath<MeasuredFigures, Double?>)] {
    [
      ("latency_p50_s", \.latencyP50), ("latency_p99_s", \.latencyP99),
      ("tokens_in", \.tokensIn), ("tokens_out", \.tokensOut),
      ("cpu_s_per_1000_calls", \.cpuPerThousandCalls),
      ("cpu_s_per_1000_unchanged", \.cpuPerThousandUnchanged),
      ("acknowledgement_s", \.acknowledgement), ("memory_mb", \.memory),
      ("highlight_bytes", \.highlightBytes), ("no_answer_share", \.noAnswerShare),
      ("changed_share", \.changedShare),
    ]
  }

  /// - Throws: ``PlanInputError`` that names the first key that is none, or its value that is no number; all that is
  ///   not an object of numbers too.
  public init(json: Data) throws(PlanInputError) {
    let values: [String: Double]
    do { values = try JSONDecoder().decode([String: Double].self, from: json) } catch {
      throw PlanInputError(
        name: "measured", value: Self.shown(json),
        allowed: "a JSON object of numbers, by \(Self.names)")
    }
    for (key, value) in values.sorted(by: { $0.key < $1.key }) {
      guard let field = Self.fields.first(where: { $0.key == key }) else {
        throw PlanInputError(name: "measured", value: key, allowed: Self.names)
      }
      self[keyPath: field.path] = value
    }
  }

  /// The object, one key a line, without those that are not known.
  public func json() -> String {
    let lines = Self.fields.compactMap { field in
      self[keyPath: field.path].map { "  \"\(field.key)\": \($0)" }
    }
    return "{\n" + lines.joined(separator: ",\n") + "\n}"
  }

  private static var names: String { fields.map(\.key).joined(separator: ", ") }

  private static func shown(_ json: Data) -> String {
    let text = String(decoding: json.prefix(60), as: UTF8.self)
    return text.split(whereSeparator: \.isNewline).joined(separator: " ")
  }
}
