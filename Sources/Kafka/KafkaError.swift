import CRDKafka

/// What the client or the broker refused, with what to look at.
public enum KafkaError: Error, Sendable, Hashable {
  /// A setting that librdkafka does not know, does not accept, or that contradicts another.
  case configuration(key: String, value: String, reason: String)
  /// An error code of librdkafka (negative) or of the broker (positive), with its own words.
  case failed(KafkaErrorCode, context: String)
  /// The client was closed before or while this was asked of it.
  case closed(String)

  /// The error code, where there is one.
  public var code: KafkaErrorCode? {
    if case .failed(let code, _) = self { code } else { nil }
  }

  init(_ code: rd_kafka_resp_err_t, _ context: String) {
    self = .failed(KafkaErrorCode(code), context: context)
  }

  /// Takes the code and the words of a librdkafka error object and destroys it.
  init(consuming error: OpaquePointer, _ context: String) {
    self.init(borrowing: error, context)
    rd_kafka_error_destroy(error)
  }

  /// Takes the code and the words of a librdkafka error object that belongs to somebody else.
  init(borrowing error: OpaquePointer, _ context: String) {
    let words = String(cString: rd_kafka_error_string(error))
    self = .failed(KafkaErrorCode(rd_kafka_error_code(error)), context: "\(context): \(words)")
  }
}

extension KafkaError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .configuration(let key, let value, let reason):
      "Kafka setting \(key)=\(value): \(reason)"
    case .failed(let code, let context): "\(context): \(code)"
    case .closed(let what): "\(what) is closed"
    }
  }
}

/// An error code of librdkafka (below zero) or of the Kafka protocol (above zero).
public struct KafkaErrorCode: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
  public let rawValue: Int32

  public init(rawValue: Int32) { self.rawValue = rawValue }

  init(_ code: rd_kafka_resp_err_t) { self.rawValue = code.rawValue }

  /// The name and meaning, in librdkafka's words.
  public var description: String {
    let code = rd_kafka_resp_err_t(rawValue: rawValue)
    return
      "\(String(cString: rd_kafka_err2str(code))) (\(String(cString: rd_kafka_err2name(code))))"
  }

  public static let noError = Self(RD_KAFKA_RESP_ERR_NO_ERROR)
  public static let queueFull = Self(RD_KAFKA_RESP_ERR__QUEUE_FULL)
  public static let timedOut = Self(RD_KAFKA_RESP_ERR__TIMED_OUT)
  public static let messageTimedOut = Self(RD_KAFKA_RESP_ERR__MSG_TIMED_OUT)
  public static let transport = Self(RD_KAFKA_RESP_ERR__TRANSPORT)
  public static let allBrokersDown = Self(RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN)
  public static let unknownTopic = Self(RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC)
  public static let unknownPartition = Self(RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION)
  public static let noOffset = Self(RD_KAFKA_RESP_ERR__NO_OFFSET)
  public static let autoOffsetReset = Self(RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET)
  public static let unsupportedFeature = Self(RD_KAFKA_RESP_ERR__UNSUPPORTED_FEATURE)
  public static let fatal = Self(RD_KAFKA_RESP_ERR__FATAL)
  public static let purged = Self(RD_KAFKA_RESP_ERR__PURGE_QUEUE)
  public static let messageTooLarge = Self(RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE)
  public static let invalidMessage = Self(RD_KAFKA_RESP_ERR_INVALID_MSG)
  public static let unknownTopicOrPartition = Self(RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART)
  public static let topicAlreadyExists = Self(RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS)
  public static let fencedInstanceID = Self(RD_KAFKA_RESP_ERR_FENCED_INSTANCE_ID)
  public static let illegalGeneration = Self(RD_KAFKA_RESP_ERR_ILLEGAL_GENERATION)
  public static let unknownMember = Self(RD_KAFKA_RESP_ERR_UNKNOWN_MEMBER_ID)
  public static let rebalanceInProgress = Self(RD_KAFKA_RESP_ERR_REBALANCE_IN_PROGRESS)
}
