import Testing
import WorkerRuntime

@Suite("Worker core configuration")
struct WorkerCoreConfigurationTests {
  private func make(
    ordering: Ordering = .partition, maxInFlight: Int = 8, maxInFlightPerPartition: Int = 4,
    pauseAbove: Int = 10, resumeAtOrBelow: Int = 5, maxBatch: Int = 1
  ) throws(WorkerCoreConfigurationError) {
    _ = try WorkerCoreConfiguration(
      ordering: ordering, maxInFlight: maxInFlight,
      maxInFlightPerPartition: maxInFlightPerPartition, pauseAbove: pauseAbove,
      resumeAtOrBelow: resumeAtOrBelow, maxBatch: maxBatch)
  }

  @Test("bounds that fit each other are taken, up to their limits")
  func valid() throws {
    try make()
    try make(maxInFlight: 4, resumeAtOrBelow: 9, maxBatch: 4)
    try make(pauseAbove: 1, resumeAtOrBelow: 0)
  }

  @Test("bounds below their least are refused")
  func tooSmall() {
    #expect(throws: WorkerCoreConfigurationError.tooSmall(.maxInFlight, value: 0, least: 1)) {
      try make(maxInFlight: 0)
    }
    #expect(
      throws: WorkerCoreConfigurationError.tooSmall(.maxInFlightPerPartition, value: 0, least: 1)
    ) { try make(maxInFlightPerPartition: 0) }
    #expect(throws: WorkerCoreConfigurationError.tooSmall(.pauseAbove, value: -1, least: 1)) {
      try make(pauseAbove: -1)
    }
    #expect(throws: WorkerCoreConfigurationError.tooSmall(.resumeAtOrBelow, value: -1, least: 0)) {
      try make(resumeAtOrBelow: -1)
    }
    #expect(throws: WorkerCoreConfigurationError.tooSmall(.maxBatch, value: 0, least: 1)) {
      try make(maxBatch: 0)
    }
  }

  @Test("bounds that leave no room for another are refused")
  func exceeding() {
    #expect(
      throws: WorkerCoreConfigurationError.exceeds(
        .maxInFlightPerPartition, value: 9, .maxInFlight, most: 8)
    ) { try make(maxInFlightPerPartition: 9) }
    #expect(
      throws: WorkerCoreConfigurationError.exceeds(
        .resumeAtOrBelow, value: 10, .pauseAbove, most: 9)
    ) { try make(resumeAtOrBelow: 10) }
    #expect(
      throws: WorkerCoreConfigurationError.exceeds(
        .maxBatch, value: 5, .maxInFlightPerPartition, most: 4)
    ) { try make(maxBatch: 5) }
  }

  @Test("batches are refused where messages of a partition may run side by side")
  func batches() {
    for ordering in [Ordering.key, .none] {
      #expect(
        throws: WorkerCoreConfigurationError.batchNeedsPartitionOrdering(
          maxBatch: 2, ordering: ordering)
      ) { try make(ordering: ordering, maxBatch: 2) }
    }
  }

  @Test("an error names the setting, its value and what is allowed")
  func descriptions() {
    let error = WorkerCoreConfigurationError.exceeds(
      .resumeAtOrBelow, value: 10, .pauseAbove, most: 9)
    #expect(
      error.description
        == "resumeAtOrBelow is 10; with this pauseAbove it can be at most 9: "
        + "lower it, or raise pauseAbove")
  }
}
