import Kafka
import KafkaWorker
import Tracing

extension KafkaProducer {
  /// Publishes a search in a span that follows from the look-up which asked for it, and leads on to the worker.
  func sendTraced(_ message: KafkaProducerMessage) async throws {
    guard !(InstrumentationSystem.tracer is NoOpTracer) else {
      return try await send([message])
    }
    try await withSpan("publish \(message.topic)", ofKind: .producer) { span in
      if span.isRecording {
        span.updateAttributes { attributes in
          attributes["messaging.system"] = "kafka"
          attributes["messaging.operation.name"] = "publish"
          attributes["messaging.operation.type"] = "send"
          attributes["messaging.destination.name"] = message.topic
        }
      }
      var message = message
      InstrumentationSystem.instrument.inject(
        span.context, into: &message.headers, using: KafkaHeaderCarrier())
      try await send([message])
    }
  }
}
