import ArgumentParser
import BenchmarkSupport
import CacheWriter
import HighlightStore
import Kafka
import KafkaWorker
import Logging

/// What both writers of a pair agree on.
struct WriterLoad: ParsableArguments {
  @Option var records: Int

  /// Records of a transaction, or of a pipeline: `cache.batch_count`'s default.
  static let batch = 500
  /// Batches on their way at once, as many as a cache writer lets be.
  static let batchesAtOnce = 4
}

/// The store alone: batches made beforehand, each of one partition, as Kafka's are.
struct BareWriterProcess: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bare-writer", abstract: "Applies batches to a store and prints their rate.",
    shouldDisplay: false)

  @OptionGroup var target: StoreTarget
  @OptionGroup var load: WriterLoad

  func run() async throws {
    let store = try target.open()
    let progress = WriteProgress(total: load.records)
    let batches = try self.batches()
    try await withThrowingTaskGroup(of: Void.self) { group in
      for (number, batch) in batches.enumerated() {
        if number >= WriterLoad.batchesAtOnce { try await group.next() }
        group.addTask {
          _ = try await store.apply(batch)
          progress.wrote(batch.count)
        }
      }
      try await group.waitForAll()
    }
    try await store.close()
    ChildServices.say("\(progress.rate)")
  }

  private func batches() throws -> [[HighlightRecord]] {
    let samples = SampleHighlights()
    var open = [[HighlightRecord]](repeating: [], count: Int(SampleHighlights.partitions))
    var batches: [[HighlightRecord]] = []
    for number in 0..<load.records {
      let partition = Int(SampleHighlights.partition(number))
      open[partition].append(try samples.record(number))
      guard open[partition].count == WriterLoad.batch else { continue }
      batches.append(open[partition])
      open[partition] = []
    }
    return batches + open.filter { !$0.isEmpty }
  }
}

/// The cache writer: the same records from Kafka.
struct CacheWriterProcess: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "cache-writer",
    abstract: "Keeps a store equal to a topic and prints the rate of its records.",
    shouldDisplay: false)

  @OptionGroup var target: StoreTarget
  @OptionGroup var load: WriterLoad
  @Option var broker: String
  @Option var group: String

  func run() async throws {
    let store = try target.open()
    let client = KafkaClientConfiguration(bootstrapServers: [broker], clientID: "benchmark")
    let producer = try KafkaProducer(configuration: KafkaProducerConfiguration(client: client))
    let result: Result<Void, any Error>
    do {
      try await write(to: store, client, producer)
      result = .success(())
    } catch { result = .failure(error) }
    await producer.shutdown()
    try await store.close()
    try result.get()
  }

  private func write(
    to store: any HighlightStore, _ client: KafkaClientConfiguration, _ producer: KafkaProducer
  ) async throws {
    var consumer = KafkaConsumerConfiguration(client: client, groupID: group)
    consumer.assignor = .range
    let progress = WriteProgress(total: load.records)
    let writer = try CacheWriter(
      configuration: .cacheWriter(
        consumer: consumer, topics: [SampleHighlights.topic], batch: WriterLoad.batch),
      handler: HighlightApplier(
        store: store, variants: [SampleHighlights.topic: ""], logger: Logger(label: "writer"),
        onApplied: progress.wrote),
      producer: producer)
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await ChildServices.run([writer]) }
      group.addTask {
        await progress.waitForAll()
        ChildServices.say("\(progress.rate)")
      }
      // A writer that fails ends the wait for its records too.
      while try await group.next() != nil {}
    }
  }
}
