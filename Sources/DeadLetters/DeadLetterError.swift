import HighlightsProtocol
import Kafka

/// Why dead letters cannot be read, redriven or purged.
public enum DeadLetterError: Error, Sendable, Hashable, CustomStringConvertible {
  case noTopic(String)
  /// A partition that has messages and does not hand them over.
  case stuck(TopicPartition, Duration)
  case badPlaces(String)
  /// Another redrive of the topic runs.
  case taken(topic: String, actor: String, since: UnixTime, renewed: UnixTime)
  /// This one was taken for dead, and another took over.
  case lost(topic: String, actor: String)
  /// What was redriven is in too many pieces for one record.
  case tooManyPieces(TopicPartition, Int)

  public var description: String {
    switch self {
    case .noTopic(let topic): "topic \(topic) is not there; create it: highlights topics apply"
    case .stuck(let partition, let duration): "nothing came from \(partition) for \(duration)"
    case .badPlaces(let text):
      "\"\(text)\" names no offsets; allowed: PARTITION, PARTITION:OFFSET, PARTITION:FROM-TO and "
        + "PARTITION:FROM-, separated by commas"
    case .taken(let topic, let actor, let since, let renewed):
      "\(actor.isEmpty ? "somebody" : actor) redrives \(topic) since \(since), last heard of at \(renewed); "
        + "one at a time. A run that was killed is taken over \(RedriveState.patience) after that"
    case .lost(let topic, let actor):
      "the redrive of \(topic) was not heard of for \(RedriveState.patience), and "
        + "\(actor.isEmpty ? "another" : actor) took over; nothing more is published here"
    case .tooManyPieces(let partition, let count):
      "what was redriven of \(partition) is in \(count) pieces, more than one record holds; "
        + "purge old dead letters, or redrive what lies between"
    }
  }
}
