import CRDKafka

/// What a consumer group is doing.
public enum KafkaGroupState: String, Hashable, Sendable {
  case unknown = "Unknown"
  case preparingRebalance = "PreparingRebalance"
  case completingRebalance = "CompletingRebalance"
  case stable = "Stable"
  case dead = "Dead"
  /// No member, but offsets are kept.
  case empty = "Empty"

  fileprivate init(_ state: rd_kafka_consumer_group_state_t) {
    self =
      rd_kafka_consumer_group_state_name(state).flatMap { Self(rawValue: String(cString: $0)) }
      ?? .unknown
  }
}

/// A consumer group in a list.
public struct KafkaGroupListing: Hashable, Sendable {
  public var id: String
  public var state: KafkaGroupState
  /// Whether it only keeps offsets, for members that were assigned by hand.
  public var isSimple: Bool
}

/// A consumer group with its members.
public struct KafkaGroupDescription: Hashable, Sendable {
  public struct Member: Hashable, Sendable {
    public var id: String
    public var clientID: String
    /// The name of a static member.
    public var instanceID: String?
    public var host: String
    public var partitions: [TopicPartition]
  }

  public var id: String
  public var state: KafkaGroupState
  public var assignor: String
  public var members: [Member]
}

extension KafkaAdmin {
  /// All consumer groups; a broker that does not answer fails the whole, since its groups would be missing.
  public func listGroups(
    timeout: Duration = .seconds(10)
  ) async throws(KafkaError) -> [KafkaGroupListing] {
    let context = "list the consumer groups"
    return try await request(RD_KAFKA_ADMIN_OP_LISTCONSUMERGROUPS, context, timeout: timeout) {
      client, request throws(KafkaError) in
      try request.answer(
        from: client,
        send: { rd_kafka_ListConsumerGroups(client, $0, $1) },
        read: { event throws(KafkaError) in
          let result = rd_kafka_event_ListConsumerGroups_result(event)
          let errors = pointers { rd_kafka_ListConsumerGroups_result_errors(result, $0) }
          if let error = errors.first { throw KafkaError(borrowing: error, context) }
          return pointers { rd_kafka_ListConsumerGroups_result_valid(result, $0) }.map { group in
            KafkaGroupListing(
              id: String(cString: rd_kafka_ConsumerGroupListing_group_id(group)),
              state: KafkaGroupState(rd_kafka_ConsumerGroupListing_state(group)),
              isSimple: rd_kafka_ConsumerGroupListing_is_simple_consumer_group(group) == 1)
          }
        })
    }
  }

  /// Groups with their members, by name; one that does not exist is in state `dead`.
  public func describeGroups(
    _ ids: [String], timeout: Duration = .seconds(10)
  ) async throws(KafkaError) -> [String: KafkaGroupDescription] {
    guard !ids.isEmpty else { return [:] }
    let context = "describe the consumer groups \(ids.joined(separator: ", "))"
    return try await request(RD_KAFKA_ADMIN_OP_DESCRIBECONSUMERGROUPS, context, timeout: timeout) {
      client, request throws(KafkaError) in
      try request.answer(
        from: client,
        send: { options, queue in
          ids.withCStrings {
            rd_kafka_DescribeConsumerGroups(client, $0, ids.count, options, queue)
          }
        },
        read: { event throws(KafkaError) in
          let result = rd_kafka_event_DescribeConsumerGroups_result(event)
          var groups: [String: KafkaGroupDescription] = [:]
          for group in pointers({ rd_kafka_DescribeConsumerGroups_result_groups(result, $0) }) {
            if let error = rd_kafka_ConsumerGroupDescription_error(group) {
              throw KafkaError(borrowing: error, context)
            }
            let description = KafkaGroupDescription(group)
            groups[description.id] = description
          }
          return groups
        })
    }
  }

  /// What a group has committed, with metadata: for these partitions, or for all that it has offsets for.
  public func committedOffsets(
    ofGroup id: String, partitions: [TopicPartition]? = nil, timeout: Duration = .seconds(10)
  ) async throws(KafkaError) -> [CommittedOffset] {
    let context = "committed offsets of group \(id)"
    return try await run { client throws(KafkaError) in
      let request = AdminRequest(
        operation: RD_KAFKA_ADMIN_OP_LISTCONSUMERGROUPOFFSETS, context: context, timeout: timeout)
      let list = PartitionList(partitions ?? [])
      var raw = [
        rd_kafka_ListConsumerGroupOffsets_new(id, partitions == nil ? nil : list.pointer)
      ]
      defer { for query in raw { rd_kafka_ListConsumerGroupOffsets_destroy(query) } }
      return try request.answer(
        from: client,
        send: { rd_kafka_ListConsumerGroupOffsets(client, &raw, raw.count, $0, $1) },
        read: { event throws(KafkaError) in
          let groups = pointers { count in
            rd_kafka_ListConsumerGroupOffsets_result_groups(
              rd_kafka_event_ListConsumerGroupOffsets_result(event), count)
          }
          guard let group = groups.first else { return [] }
          if let error = rd_kafka_group_result_error(group) {
            throw KafkaError(borrowing: error, context)
          }
          let offsets = rd_kafka_group_result_partitions(group)
          if let error = PartitionList.firstError(offsets) { throw error }
          return PartitionList.read(offsets)
        })
    }
  }
}

extension KafkaGroupDescription {
  fileprivate init(_ group: OpaquePointer) {
    id = String(cString: rd_kafka_ConsumerGroupDescription_group_id(group))
    state = KafkaGroupState(rd_kafka_ConsumerGroupDescription_state(group))
    assignor =
      rd_kafka_ConsumerGroupDescription_partition_assignor(group).map { String(cString: $0) } ?? ""
    members = (0..<rd_kafka_ConsumerGroupDescription_member_count(group)).map { index in
      let member = rd_kafka_ConsumerGroupDescription_member(group, index)
      return Member(
        id: String(cString: rd_kafka_MemberDescription_consumer_id(member)),
        clientID: String(cString: rd_kafka_MemberDescription_client_id(member)),
        instanceID: rd_kafka_MemberDescription_group_instance_id(member).map {
          String(cString: $0)
        },
        host: String(cString: rd_kafka_MemberDescription_host(member)),
        partitions: PartitionList.read(
          rd_kafka_MemberAssignment_partitions(rd_kafka_MemberDescription_assignment(member))
        ).map(\.partition))
    }
  }
}

extension [String] {
  /// The strings as a C array of C strings, for the length of the call.
  fileprivate func withCStrings(
    _ body: (UnsafeMutablePointer<UnsafePointer<CChar>?>) -> Void
  ) {
    let arena = map { $0.utf8CString }
    let bytes = arena.flatMap(\.self)
    bytes.withUnsafeBufferPointer { bytes in
      var next = 0
      var addresses: [UnsafePointer<CChar>?] = arena.map { text in
        defer { next += text.count }
        return bytes.baseAddress.map { $0 + next }
      }
      addresses.withUnsafeMutableBufferPointer { body($0.baseAddress!) }
    }
  }
}
