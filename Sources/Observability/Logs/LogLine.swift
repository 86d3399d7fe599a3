import Foundation
import Logging
import Tracing

/// Writes one event of the log as one line.
public enum LogFormat: String, Sendable, CaseIterable {
  /// Time, level, logger, what it is about, message.
  case text
  /// One JSON object.
  case json

  func line(
    _ event: LogEvent, label: String, metadata: Logger.Metadata, at date: Date
  ) -> [UInt8] {
    switch self {
    case .text: Self.text(event, label, metadata, date)
    case .json: Self.json(event, label, metadata, date)
    }
  }

  private static func text(
    _ event: LogEvent, _ label: String, _ metadata: Logger.Metadata, _ date: Date
  ) -> [UInt8] {
    var line = "\(date.formatted(time)) \(event.level.rawValue) \(label):"
    for (key, value) in metadata.sorted(by: { $0.key < $1.key }) {
      line += " \(key)=\(oneLine("\(value)"))"
    }
    return Array("\(line) \(oneLine("\(event.message)"))\n".utf8)
  }

  /// Whoever gets text into a log must not be able to begin a line of it.
  private static func oneLine(_ text: String) -> String {
    text.utf8.contains { $0 < 0x20 }
      ? text.replacing("\n", with: "\\n").replacing("\r", with: "\\r") : text
  }

  private static func json(
    _ event: LogEvent, _ label: String, _ metadata: Logger.Metadata, _ date: Date
  ) -> [UInt8] {
    var bytes: [UInt8] = []
    var isFirst = true
    func add(_ name: String, _ value: String) {
      bytes.append(UInt8(ascii: isFirst ? "{" : ","))
      isFirst = false
      JSONText.append(name, to: &bytes)
      bytes.append(UInt8(ascii: ":"))
      JSONText.append(value, to: &bytes)
    }
    add("time", date.formatted(time))
    add("level", event.level.rawValue)
    add("logger", label)
    add("message", "\(event.message)")
    if let trace = InstrumentationContext.current?.traceContext {
      add("trace_id", trace.traceID.description)
      add("span_id", Hex.text(trace.spanID))
    }
    for (key, value) in metadata.sorted(by: { $0.key < $1.key }) {
      // The names above are taken.
      add(reserved.contains(key) ? "_" + key : key, "\(value)")
    }
    bytes.append(contentsOf: "}\n".utf8)
    return bytes
  }

  private static let reserved: Set = [
    "time", "level", "logger", "message", "trace_id", "span_id",
  ]
  private static let time = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
}
