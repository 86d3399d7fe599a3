import CRDKafka
import Foundation
import Logging
import Synchronization

// Every function librdkafka calls back. They run on librdkafka's threads (log) or on the thread that
// polls (all others), copy what they are given and return: no librdkafka call that may block here.

private func context(_ opaque: UnsafeMutableRawPointer?) -> CallbackContext? {
  opaque.map { Unmanaged<CallbackContext>.fromOpaque($0).takeUnretainedValue() }
}

/// The last connection that failed, in librdkafka's words; only of clients without an error callback.
func connectionFailure(_ client: OpaquePointer) -> String? {
  guard let words = context(rd_kafka_opaque(client))?.connectionFailure.withLock({ $0 }) else {
    return nil
  }
  // The thread that says so comes first: "[thrd:…]: ".
  return words.firstRange(of: "]: ").map { String(words[$0.upperBound...]) } ?? words
}

func logCallback(
  client: OpaquePointer?, level: Int32, facility: UnsafePointer<CChar>?,
  words: UnsafePointer<CChar>?
) {
  guard let client, let words, let context = context(rd_kafka_opaque(client)) else { return }
  let level: Logger.Level =
    switch level {
    case ...2: .critical
    case 3: .error
    // librdkafka reports refused connections at level 3 to 5 again and again; the error callback
    // says them once, as warnings.
    case 4: .warning
    case 5: .notice
    case 6: .info
    default: .debug
    }
  let facility = facility.map { String(cString: $0) } ?? ""
  if facility == "FAIL" {
    context.connectionFailure.withLock { $0 = String(cString: words) }
  }
  let quiet = ["FAIL", "ERROR"].contains(facility) || facility.hasPrefix("GETSUBSCRIPTIONS")
  context.logger.log(
    level: quiet ? .debug : level, "\(String(cString: words))",
    metadata: ["facility": "\(facility)"])
}

func errorCallback(
  client: OpaquePointer?, code: Int32, words: UnsafePointer<CChar>?,
  opaque: UnsafeMutableRawPointer?
) {
  guard let context = context(opaque) else { return }
  let words = words.map { String(cString: $0) } ?? ""
  context.onError(KafkaError(rd_kafka_resp_err_t(rawValue: code), words))
}

func deliveryCallback(
  client: OpaquePointer?, message: UnsafePointer<rd_kafka_message_t>?,
  opaque: UnsafeMutableRawPointer?
) {
  guard let message, let opaque else { return }
  // Millions a second: without a retain.
  Unmanaged<CallbackContext>.fromOpaque(opaque)._withUnsafeGuaranteedRef {
    $0.tally.pointee.take(message)
  }
}

func rebalanceCallback(
  client: OpaquePointer?, code: rd_kafka_resp_err_t,
  partitions: UnsafeMutablePointer<rd_kafka_topic_partition_list_t>?,
  opaque: UnsafeMutableRawPointer?
) {
  guard let client, let context = context(opaque) else { return }
  let kind: RebalanceNotice.Kind =
    switch code {
    case RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS: .assign
    case RD_KAFKA_RESP_ERR__REVOKE_PARTITIONS: .revoke
    default: .failed(code)
    }
  context.onRebalance?(
    client,
    RebalanceNotice(
      kind: kind, partitions: PartitionList.read(partitions).map(\.partition),
      lost: rd_kafka_assignment_lost(client) != 0))
  // Ends the poll that is under way, so that the event is handed over now.
  rd_kafka_yield(client)
}

func commitCallback(
  client: OpaquePointer?, code: rd_kafka_resp_err_t,
  partitions: UnsafeMutablePointer<rd_kafka_topic_partition_list_t>?,
  opaque: UnsafeMutableRawPointer?
) {
  guard let client, let context = context(rd_kafka_opaque(client)) else { return }
  var failures: [CommitFailure] = []
  if let list = partitions?.pointee {
    for index in 0..<Int(list.cnt) where list.elems[index].err != RD_KAFKA_RESP_ERR_NO_ERROR {
      let element = list.elems[index]
      failures.append(
        CommitFailure(
          partition: TopicPartition(
            topic: String(cString: element.topic), partition: element.partition),
          code: element.err))
    }
  }
  context.onCommit?(UInt(bitPattern: opaque), code, failures)
}

func statisticsCallback(
  client: OpaquePointer?, json: UnsafeMutablePointer<CChar>?, size: Int,
  opaque: UnsafeMutableRawPointer?
) -> Int32 {
  guard let json, let onStatistics = context(opaque)?.onStatistics else { return 0 }
  let copy = Data(bytes: json, count: size)
  // Read elsewhere: this thread polls.
  Task { if let statistics = try? KafkaStatistics(json: copy) { onStatistics(statistics) } }
  // librdkafka frees its text.
  return 0
}

// MARK: Joining

// librdkafka tells nobody when a member begins to join its group's next generation. Its interceptors, which run on its
// threads, see the requests go by.

private let joinGroup: Int16 = 11
private let syncGroup: Int16 = 14

func watchJoining(
  client: OpaquePointer?, conf: OpaquePointer?, opaque: UnsafeMutableRawPointer?,
  words: UnsafeMutablePointer<CChar>?, size: Int
) -> rd_kafka_resp_err_t {
  guard let client else { return RD_KAFKA_RESP_ERR_NO_ERROR }
  let code = rd_kafka_interceptor_add_on_request_sent(client, "joining", requestSent, opaque)
  guard code == RD_KAFKA_RESP_ERR_NO_ERROR else { return code }
  return rd_kafka_interceptor_add_on_response_received(client, "joining", responseReceived, opaque)
}

private func requestSent(
  client: OpaquePointer?, socket: Int32, broker: UnsafePointer<CChar>?, brokerID: Int32,
  api: Int16, version: Int16, id: Int32, size: Int, opaque: UnsafeMutableRawPointer?
) -> rd_kafka_resp_err_t {
  if api == joinGroup { context(opaque)?.isJoining.withLock { $0 = true } }
  return RD_KAFKA_RESP_ERR_NO_ERROR
}

private func responseReceived(
  client: OpaquePointer?, socket: Int32, broker: UnsafePointer<CChar>?, brokerID: Int32,
  api: Int16, version: Int16, id: Int32, size: Int, roundTrip: Int64, error: rd_kafka_resp_err_t,
  opaque: UnsafeMutableRawPointer?
) -> rd_kafka_resp_err_t {
  if api == syncGroup { context(opaque)?.isJoining.withLock { $0 = false } }
  return RD_KAFKA_RESP_ERR_NO_ERROR
}
