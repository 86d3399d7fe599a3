import CRDKafka

/// One admin request: its options, its own queue, and the wait for its one answer.
struct AdminRequest {
  let operation: rd_kafka_admin_op_t
  /// What is asked for, as errors say it.
  let context: String
  let timeout: Duration

  private var milliseconds: Int32 { Int32(min(max(timeout.wholeMilliseconds, 1), 3_600_000)) }

  /// Operations that the broker itself goes on with after it answered, unless told to wait for the end.
  private var takesOperationTimeout: Bool {
    [
      RD_KAFKA_ADMIN_OP_CREATETOPICS, RD_KAFKA_ADMIN_OP_DELETETOPICS,
      RD_KAFKA_ADMIN_OP_CREATEPARTITIONS, RD_KAFKA_ADMIN_OP_DELETERECORDS,
    ].contains(operation)
  }

  /// Sends with `send(options, queue)`, blocks for the answer, and reads it with `read` while it lives.
  func answer<T>(
    from client: OpaquePointer, validateOnly: Bool = false,
    send: (OpaquePointer, OpaquePointer) -> Void,
    read: (OpaquePointer) throws(KafkaError) -> T
  ) throws(KafkaError) -> T {
    let queue = rd_kafka_queue_new(client)!
    defer { rd_kafka_queue_destroy(queue) }
    let options = rd_kafka_AdminOptions_new(client, operation)!
    defer { rd_kafka_AdminOptions_destroy(options) }
    try set(options) { rd_kafka_AdminOptions_set_request_timeout(options, milliseconds, $0, $1) }
    if takesOperationTimeout {
      try set(options) {
        rd_kafka_AdminOptions_set_operation_timeout(options, milliseconds, $0, $1)
      }
    }
    if validateOnly {
      try set(options) { rd_kafka_AdminOptions_set_validate_only(options, 1, $0, $1) }
    }
    send(options, queue)
    // librdkafka answers by its request timeout; the second is for the answer's way to this thread.
    guard let event = rd_kafka_queue_poll(queue, milliseconds + 1_000) else {
      throw KafkaError(RD_KAFKA_RESP_ERR__TIMED_OUT, context)
    }
    defer { rd_kafka_event_destroy(event) }
    let code = rd_kafka_event_error(event)
    guard code == RD_KAFKA_RESP_ERR_NO_ERROR else {
      throw KafkaError(code, "\(context): \(String(cString: rd_kafka_event_error_string(event)))")
    }
    return try read(event)
  }

  private func set(
    _ options: OpaquePointer, _ call: (UnsafeMutablePointer<CChar>, Int) -> rd_kafka_resp_err_t
  ) throws(KafkaError) {
    try withErrorText(context) { words, size in call(words, size) }
  }
}

/// Runs a call that explains its refusal in a buffer of characters.
func withErrorText(
  _ context: String, _ call: (UnsafeMutablePointer<CChar>, Int) -> rd_kafka_resp_err_t
) throws(KafkaError) {
  var words = [CChar](repeating: 0, count: 512)
  let code = call(&words, words.count)
  guard code == RD_KAFKA_RESP_ERR_NO_ERROR else {
    throw KafkaError(code, "\(context): \(ClientHandle.text(words))")
  }
}

/// Reads an array of pointers that librdkafka owns.
func pointers(
  _ call: (UnsafeMutablePointer<Int>) -> UnsafeMutablePointer<OpaquePointer?>?
) -> [OpaquePointer] {
  var count = 0
  guard let first = call(&count) else { return [] }
  return UnsafeBufferPointer(start: first, count: count).compactMap(\.self)
}

extension KafkaError {
  /// The error a librdkafka object carries, if it is one.
  init?(carried code: rd_kafka_resp_err_t, _ words: UnsafePointer<CChar>?, _ context: String) {
    guard code != RD_KAFKA_RESP_ERR_NO_ERROR else { return nil }
    let words = words.map { ": \(String(cString: $0))" } ?? ""
    self.init(code, "\(context)\(words)")
  }
}
