import CoreMetrics
import Foundation
import Logging

/// The log of a process: lines of text or JSON, repeated warnings left out, searches hidden.
public struct ProcessLog: Sendable {
  public enum Metric: String, CaseIterable, Sendable { case suppressed = "log.suppressed" }

  let format: LogFormat
  let privacy: QueryPrivacy
  let limit: RepetitionLimit
  let write: @Sendable ([UInt8]) -> Void

  /// - Parameter write: takes one line, its end included; called from any task.
  public init(
    format: LogFormat, privacy: QueryPrivacy, limit: RepetitionLimit = RepetitionLimit(),
    write: @escaping @Sendable ([UInt8]) -> Void = { FileHandle.standardError.write(Data($0)) }
  ) {
    self.format = format
    self.privacy = privacy
    self.limit = limit
    self.write = write
  }

  /// Writes a line whatever the level is.
  public func say(_ text: String, label: String) {
    let event = LogEvent(
      level: .notice, message: "\(text)", metadata: nil, source: nil, file: #fileID,
      function: #function, line: #line)
    write(format.line(event, label: label, metadata: [:], at: Date()))
  }

  /// Writes for a logger, as `LoggingSystem.bootstrap` asks.
  public func handler(_ label: String, level: Logger.Level) -> some LogHandler {
    ProcessLogHandler(log: self, label: label, logLevel: level)
  }
}

private struct ProcessLogHandler: LogHandler {
  let log: ProcessLog
  let label: String
  var logLevel: Logger.Level
  var metadata: Logger.Metadata = [:]
  var metadataProvider: Logger.MetadataProvider?

  subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  func log(event: LogEvent) {
    var all = metadata
    if let provided = metadataProvider?.get() { all.merge(provided) { _, new in new } }
    if let own = event.metadata { all.merge(own) { _, new in new } }
    // What is critical is said each time.
    if event.level == .warning || event.level == .error {
      let place = RepetitionLimit.Place(file: event.file, line: event.line)
      switch log.limit.admit(place, at: .now) {
      case .suppressed:
        return Counter(
          label: ProcessLog.Metric.suppressed.rawValue,
          dimensions: [("logger", label), ("level", event.level.rawValue)]
        ).increment()
      case .admitted(let count):
        if count > 0 { all["suppressed"] = "\(count)" }
      }
    }
    if let error = event.error { all["error"] = "\(error)" }
    for key in QueryPrivacy.hidden {
      if let value = all[key] { all[key] = .string(log.privacy.shown("\(value)")) }
    }
    log.write(log.format.line(event, label: label, metadata: all, at: Date()))
  }
}
