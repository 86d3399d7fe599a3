import CRDKafka

// Runs of messages of one topic go through `rd_kafka_produce_batch`. Those with headers, a timestamp or a
// partition of their own go through `rd_kafka_produceva`: the batch call takes neither of the first two,
// and librdkafka 2.0.2 keeps counting a message that it refused for an unknown partition there, so that
// the local queue never empties again.

/// A payload is copied by librdkafka (RD_KAFKA_MSG_F_COPY) before the call returns.
private let copyFlag: Int32 = 0x2
private let unassigned: Int32 = -1

extension KafkaProducer {
  /// Most messages and bytes of one `rd_kafka_produce_batch`: the copies it is given stay in the
  /// processor's cache, and in blocks that the allocator does not return to the system each time.
  private static let runLimit = (messages: 128, bytes: 32 << 10)

  /// Produces from `start` on; returns the index of the first message the full queue did not take.
  static func produce(
    _ messages: [KafkaProducerMessage], from start: Int, into delivery: KafkaDelivery,
    handle: ClientHandle, topics: TopicHandles
  ) -> Int {
    messages.withUnsafeBufferPointer { messages in
      var index = start
      var known: (name: String, handle: OpaquePointer)?
      while index < messages.count {
        if known?.name != messages[index].topic {
          known = topics[messages[index].topic].map { (messages[index].topic, $0) }
        }
        guard let topic = known?.handle else {
          delivery.refuse(index, RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC)
          delivery.settle(1)
          index += 1
          continue
        }
        if messages[index].goesAlone {
          let code = produceAlone(
            messages.baseAddress! + index, topic: topic, opaque: delivery.opaque(index),
            handle: handle)
          if code == RD_KAFKA_RESP_ERR__QUEUE_FULL { return index }
          if code != RD_KAFKA_RESP_ERR_NO_ERROR {
            delivery.refuse(index, code)
            delivery.settle(1)
          }
          index += 1
        } else {
          let (end, size) = extent(ofRunAt: index, in: messages)
          let taken = produceRun(
            messages, index..<end, size: size, topic: topic, into: delivery)
          if taken < end { return taken }
          index = end
        }
      }
      return index
    }
  }

  /// Where the messages end that one batch call takes, and how many bytes they have together.
  private static func extent(
    ofRunAt start: Int, in messages: UnsafeBufferPointer<KafkaProducerMessage>
  ) -> (end: Int, size: Int) {
    var end = start
    var size = 0
    repeat {
      size += messages[end].size
      end += 1
    } while end < messages.count && end - start < runLimit.messages && size < runLimit.bytes
      && !messages[end].goesAlone && messages[end].topic == messages[start].topic
    return (end, size)
  }

  /// Returns the index of the first message the full queue did not take, else the end of the run.
  private static func produceRun(
    _ messages: UnsafeBufferPointer<KafkaProducerMessage>, _ run: Range<Int>, size: Int,
    topic: OpaquePointer, into delivery: KafkaDelivery
  ) -> Int {
    // Keys and values are laid end to end, so that all pointers hold for the length of the call.
    withUnsafeTemporaryAllocation(byteCount: size + 1, alignment: 1) { arena in
      withUnsafeTemporaryAllocation(of: rd_kafka_message_t.self, capacity: run.count) { batch in
        var arenaNext = arena.baseAddress!
        func lay(_ bytes: borrowing [UInt8]) -> UnsafeMutableRawPointer {
          let place = arenaNext
          bytes.withUnsafeBytes {
            if let base = $0.baseAddress { place.copyMemory(from: base, byteCount: $0.count) }
          }
          arenaNext += bytes.count
          return place
        }
        for index in run {
          var raw = rd_kafka_message_t()
          raw.partition = messages[index].partition ?? unassigned
          if let value = messages[index].value {
            raw.payload = lay(value)
            raw.len = value.count
          }
          if let key = messages[index].key {
            raw.key = lay(key)
            raw.key_len = key.count
          }
          raw._private = delivery.opaque(index)
          batch.initializeElement(at: index - run.lowerBound, to: raw)
        }
        let taken = rd_kafka_produce_batch(
          topic, unassigned, copyFlag, batch.baseAddress, Int32(run.count))
        if taken == run.count { return run.upperBound }
        return settleRefused(batch, run: run, into: delivery)
      }
    }
  }

  /// librdkafka refuses everything after the first message that met a full queue, so order is kept.
  private static func settleRefused(
    _ batch: UnsafeMutableBufferPointer<rd_kafka_message_t>, run: Range<Int>,
    into delivery: KafkaDelivery
  ) -> Int {
    for index in run {
      switch batch[index - run.lowerBound].err {
      case RD_KAFKA_RESP_ERR_NO_ERROR: continue
      case RD_KAFKA_RESP_ERR__QUEUE_FULL: return index
      case let code:
        delivery.refuse(index, code)
        delivery.settle(1)
      }
    }
    return run.upperBound
  }

  /// By address, so that neither the message nor its headers are retained one by one.
  private static func produceAlone(
    _ message: UnsafePointer<KafkaProducerMessage>, topic: OpaquePointer,
    opaque: UnsafeMutableRawPointer, handle: ClientHandle
  ) -> rd_kafka_resp_err_t {
    message.pointee.headers.withUnsafeBufferPointer { headers in
      // Header names with their closing zero and header values, end to end.
      var size = 1
      for index in headers.indices {
        size += headers[index].name.utf8.count + 1 + headers[index].value.count
      }
      let capacity = 7 + headers.count
      return withUnsafeTemporaryAllocation(byteCount: size, alignment: 1) { arena in
        withUnsafeTemporaryAllocation(of: rd_kafka_vu_t.self, capacity: capacity) { values in
          var arguments = ProduceArguments(values: values, arena: arena)
          arguments.add(RD_KAFKA_VTYPE_RKT) { $0.rkt = topic }
          arguments.add(RD_KAFKA_VTYPE_PARTITION) {
            $0.i32 = message.pointee.partition ?? unassigned
          }
          arguments.add(RD_KAFKA_VTYPE_MSGFLAGS) { $0.i = copyFlag }
          arguments.add(RD_KAFKA_VTYPE_OPAQUE) { $0.ptr = opaque }
          if let timestamp = message.pointee.timestamp {
            arguments.add(RD_KAFKA_VTYPE_TIMESTAMP) { $0.i64 = timestamp }
          }
          for index in headers.indices { arguments.add(headers.baseAddress! + index) }
          return message.pointee.value.withBytes { value in
            arguments.add(RD_KAFKA_VTYPE_VALUE, value)
            return message.pointee.key.withBytes { key in
              arguments.add(RD_KAFKA_VTYPE_KEY, key)
              guard
                let error = rd_kafka_produceva(
                  handle.pointer, values.baseAddress, arguments.count)
              else { return RD_KAFKA_RESP_ERR_NO_ERROR }
              defer { rd_kafka_error_destroy(error) }
              return rd_kafka_error_code(error)
            }
          }
        }
      }
    }
  }
}

/// The argument list of one `rd_kafka_produceva`, stored straight into C memory.
private struct ProduceArguments {
  let values: UnsafeMutableBufferPointer<rd_kafka_vu_t>
  let arena: UnsafeMutableRawBufferPointer
  private(set) var count = 0
  private var used = 0

  init(values: UnsafeMutableBufferPointer<rd_kafka_vu_t>, arena: UnsafeMutableRawBufferPointer) {
    self.values = values
    self.arena = arena
  }

  @inline(__always)
  mutating func add(
    _ type: rd_kafka_vtype_t, _ set: (inout rd_kafka_vu_t.__Unnamed_union_u) -> Void
  ) {
    let place = values.baseAddress! + count
    place.pointee.vtype = type
    set(&place.pointee.u)
    count += 1
  }

  mutating func add(_ type: rd_kafka_vtype_t, _ bytes: UnsafeRawBufferPointer) {
    guard let base = bytes.baseAddress else { return }
    add(type) {
      $0.mem.ptr = UnsafeMutableRawPointer(mutating: base)
      $0.mem.size = bytes.count
    }
  }

  mutating func add(_ header: UnsafePointer<KafkaHeader>) {
    let name = arena.baseAddress! + used
    lay(header.pointee.name)
    arena[used] = 0
    used += 1
    let value = arena.baseAddress! + used
    header.pointee.value.withUnsafeBytes { lay($0) }
    let size = header.pointee.value.count
    add(RD_KAFKA_VTYPE_HEADER) {
      $0.header.name = UnsafePointer(name.assumingMemoryBound(to: CChar.self))
      $0.header.val = UnsafeRawPointer(value)
      $0.header.size = size
    }
  }

  private mutating func lay(_ text: String) {
    var text = text
    text.withUTF8 { lay(UnsafeRawBufferPointer($0)) }
  }

  private mutating func lay(_ bytes: UnsafeRawBufferPointer) {
    guard let base = bytes.baseAddress else { return }
    (arena.baseAddress! + used).copyMemory(from: base, byteCount: bytes.count)
    used += bytes.count
  }
}

extension KafkaProducerMessage {
  fileprivate var goesAlone: Bool { !headers.isEmpty || timestamp != nil || partition != nil }
  fileprivate var size: Int { (key?.count ?? 0) + (value?.count ?? 0) }
}

extension [UInt8]? {
  /// The bytes in place; no address at all for nil, a valid one for empty.
  fileprivate func withBytes<T>(_ body: (UnsafeRawBufferPointer) -> T) -> T {
    guard let self else { return body(UnsafeRawBufferPointer(start: nil, count: 0)) }
    if self.isEmpty {
      return withUnsafeBytes(of: UInt8(0)) { body(UnsafeRawBufferPointer(rebasing: $0[..<0])) }
    }
    return self.withUnsafeBytes(body)
  }
}
