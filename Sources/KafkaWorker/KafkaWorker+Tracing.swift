import Kafka
import Metrics
import Tracing

extension KafkaWorker {
  /// Runs a try in a span that follows from what published the message, and measures it.
  ///
  /// Messages of a batch are of many traces: each has a span of its own as long as the batch. What happens within is of
  /// the first one that is recorded, which is linked to the others.
  func inSpan<T>(
    of records: [KafkaRecord], attempt: Int, _ body: () async throws -> T
  ) async throws -> T {
    let topic = records.first?.partition.topic ?? ""
    let started = ContinuousClock.now
    defer { metrics.handled(topic, in: .now - started) }
    guard !(InstrumentationSystem.tracer is NoOpTracer) else { return try await body() }
    let spans = spans(of: records, attempt: attempt)
    defer { for span in spans { span.end() } }
    guard let first = spans.firstIndex(where: \.isRecording) ?? spans.indices.first else {
      return try await body()
    }
    let leading = spans[first]
    for span in spans[(first + 1)...] where span.isRecording {
      leading.addLink(SpanLink(context: span.context, attributes: [:]))
    }
    do {
      return try await InstrumentationContext.$current.withValue(leading.context) {
        try await body()
      }
    } catch {
      let failure = WorkFailure(error)
      for span in spans {
        span.attributes["error.type"] = failure.reason
        span.setStatus(SpanStatus(code: .error, message: failure.verdict.rawValue))
      }
      throw error
    }
  }

  /// Names are OpenTelemetry's for messaging.
  private func spans(of records: [KafkaRecord], attempt: Int) -> [any Span] {
    records.map { record in
      var context = InstrumentationContext.topLevel
      InstrumentationSystem.instrument.extract(
        record.headers, into: &context, using: KafkaHeaderCarrier())
      let span = startSpan("process \(record.partition.topic)", context: context, ofKind: .consumer)
      guard span.isRecording else { return span }
      span.updateAttributes { attributes in
        attributes["messaging.system"] = "kafka"
        attributes["messaging.operation.name"] = "process"
        attributes["messaging.operation.type"] = "process"
        attributes["messaging.destination.name"] = record.partition.topic
        attributes["messaging.destination.partition.id"] = "\(record.partition.partition)"
        attributes["messaging.kafka.offset"] = record.offset
        attributes["messaging.consumer.group.name"] = configuration.consumer.groupID
        if records.count > 1 { attributes["messaging.batch.message_count"] = records.count }
        if attempt > 0 { attributes["messaging.kafka.attempt"] = attempt }
      }
      return span
    }
  }
}

/// Messages that carry the context of the span that publishes them.
struct PublishSpans {
  private(set) var messages: [KafkaProducerMessage]
  private let spans: [any Span]

  /// Without a tracer the messages stay as they are, with the context of what they follow from.
  init(_ messages: [KafkaProducerMessage]) {
    var messages = messages
    var spans: [any Span] = []
    if !(InstrumentationSystem.tracer is NoOpTracer) {
      for index in messages.indices {
        let span = startSpan("publish \(messages[index].topic)", ofKind: .producer)
        if span.isRecording {
          span.updateAttributes { attributes in
            attributes["messaging.system"] = "kafka"
            attributes["messaging.operation.name"] = "publish"
            attributes["messaging.operation.type"] = "send"
            attributes["messaging.destination.name"] = messages[index].topic
          }
        }
        InstrumentationSystem.instrument.inject(
          span.context, into: &messages[index].headers, using: KafkaHeaderCarrier())
        spans.append(span)
      }
    }
    self.messages = messages
    self.spans = spans
  }

  func end() { for span in spans { span.end() } }
}

/// Carries the context of a trace in a record's headers.
public struct KafkaHeaderCarrier: Extractor, Injector {
  public init() {}

  public func extract(key: String, from headers: [KafkaHeader]) -> String? { headers.text(key) }

  /// In place of a header of that name: a record follows from one span only.
  public func inject(_ value: String, forKey key: String, into headers: inout [KafkaHeader]) {
    headers.removeAll { $0.name == key }
    headers.append(KafkaHeader(key, value))
  }
}
