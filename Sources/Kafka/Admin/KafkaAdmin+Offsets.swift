import CRDKafka

/// Which offset of a partition is asked for.
public enum KafkaOffsetQuery: Hashable, Sendable {
  /// The oldest message that is still there.
  case earliest
  /// After the newest message.
  case latest
  /// The first message that is as new as this or newer, in milliseconds since 1970.
  case atOrAfter(Int64)

  fileprivate var timestamp: Int64 {
    switch self {
    case .earliest: -2
    case .latest: -1
    case .atOrAfter(let time): max(0, time)
    }
  }
}

extension KafkaAdmin {
  /// One offset a partition; a partition that has no message so new is missing from the answer.
  public func listOffsets(
    of partitions: [TopicPartition], _ query: KafkaOffsetQuery, timeout: Duration = .seconds(10)
  ) async throws(KafkaError) -> [TopicPartition: Int64] {
    guard !partitions.isEmpty else { return [:] }
    return try await run { [servers] client throws(KafkaError) in
      let list = PartitionList(partitions.map { ($0, .at(query.timestamp)) })
      try check(
        rd_kafka_offsets_for_times(client, list.pointer, Int32(timeout.wholeMilliseconds)),
        "offsets of \(partitions.count) partitions from \(servers)")
      if let error = list.firstError { throw error }
      var offsets: [TopicPartition: Int64] = [:]
      for found in list.read() { offsets[found.partition] = found.offset }
      return offsets
    }
  }

  /// Deletes the messages of each partition that lie before an offset.
  /// - Returns: The oldest offset that is left, a partition.
  public func deleteRecords(
    before offsets: [TopicPartition: Int64], timeout: Duration = .seconds(30)
  ) async throws(KafkaError) -> [TopicPartition: Int64] {
    guard !offsets.isEmpty else { return [:] }
    let context = "delete records of \(offsets.keys.map(\.description).sorted())"
    return try await request(RD_KAFKA_ADMIN_OP_DELETERECORDS, context, timeout: timeout) {
      client, request throws(KafkaError) in
      let list = PartitionList(offsets.map { ($0.key, .at($0.value)) })
      var raw = [rd_kafka_DeleteRecords_new(list.pointer)]
      defer { for records in raw { rd_kafka_DeleteRecords_destroy(records) } }
      return try request.answer(
        from: client,
        send: { rd_kafka_DeleteRecords(client, &raw, raw.count, $0, $1) },
        read: { event throws(KafkaError) in
          let answer = rd_kafka_DeleteRecords_result_offsets(
            rd_kafka_event_DeleteRecords_result(event))
          if let error = PartitionList.firstError(answer) { throw error }
          var left: [TopicPartition: Int64] = [:]
          for found in PartitionList.read(answer) { left[found.partition] = found.offset }
          return left
        })
    }
  }
}
