/// How the fleet is at a moment, as `GET /v1/fleet` says it. Times are RFC 3339, durations say their unit.
public struct FleetSnapshot: Codable, Sendable, Hashable {
  public var at: String
  /// Since when this server has listened: what it says of "since start" begins there.
  public var listeningSince: String
  public var throughput: Throughput
  /// By result and reason.
  public var outcomes: [Ended]
  public var times: Times
  public var spend: Spend
  public var tokens: TokenUse
  public var workers: [Worker]
  public var partitions: [Partition]
  public var deadLetters: DeadLetters
  public var advice: Advice
  public var sources: [Source]
  /// What there was no room for.
  public var leftOut: LeftOut

  public struct Throughput: Codable, Sendable, Hashable {
    /// Searches that ended, a second, in whole seconds; of a shorter time while the server has not listened for so long.
    public var perSecondOver10s: Double
    public var perSecondOver60s: Double
    public var stepSeconds: Int
    /// The same for each step of the last ten minutes, the oldest first; the step under way is left out.
    public var series: [Double]
  }

  public struct Ended: Codable, Sendable, Hashable {
    public var result: String
    /// Empty for an answer; "(other)" for reasons that there was no room for.
    public var reason: String
    public var last10Minutes: Int64
    public var sinceStart: Int64
  }

  public struct Times: Codable, Sendable, Hashable {
    public var windowSeconds: Int
    /// From when a search was made to its first call; nothing while none was called.
    public var wait: Percentiles?
    /// From the first call to the acknowledged highlight, or to the end of a search without one.
    public var call: Percentiles?
  }

  /// At most a tenth too long, and at most an hour.
  public struct Percentiles: Codable, Sendable, Hashable {
    public var count: Int
    public var p50Ms: Int64
    public var p99Ms: Int64
  }

  public struct Money: Codable, Sendable, Hashable {
    public var currency: String
    public var micros: Int64
  }

  public struct Spend: Codable, Sendable, Hashable {
    /// To the minute.
    public var lastHour: [Money]
    public var sinceStart: [Money]
    /// Outcomes with a cost in no currency that is counted.
    public var leftOut: Int64
  }

  public struct Tokens: Codable, Sendable, Hashable {
    public var input: Int64
    public var output: Int64
    public var wasted: Int64
    public var calls: Int64
  }

  public struct TokenUse: Codable, Sendable, Hashable {
    public var lastHour: Tokens
    public var sinceStart: Tokens
  }

  public struct DeadLetters: Codable, Sendable, Hashable {
    public var reasons: [Ended]
    public var topics: [Topic]

    public struct Topic: Codable, Sendable, Hashable {
      public var topic: String
      public var count: Int64
    }
  }

  public struct Advice: Codable, Sendable, Hashable {
    /// What binds at most workers that are bound at all; "load" when nothing does, "workers" where none is heard.
    public var binding: String
    /// At how many workers, of how many.
    public var at: Int
    public var of: Int
    /// What one more worker would bring at most, in percent of what is done now.
    public var oneMorePercent: Int
    public var text: String
  }

  public struct Source: Codable, Sendable, Hashable {
    public var source: FleetSource
    /// When it spoke last.
    public var asOf: String?
    /// Since when it cannot be asked.
    public var unknownSince: String?
    public var error: String?
  }

  public struct LeftOut: Codable, Sendable, Hashable {
    public var workers: Int
    public var partitions: Int
  }
}

/// Where a board's figures come from.
public enum FleetSource: String, Codable, Sendable, Hashable, CaseIterable {
  case outcomes, workers, lags
  case deadLetters = "dead_letters"
}

extension FleetSnapshot {
  public struct Worker: Codable, Sendable, Hashable {
    public var name: String
    public var role: String
    /// "here", or "gone" once it was not heard for a minute.
    public var state: String
    public var heardSecondsAgo: Int64
    public var startedAt: String?
    public var partitions: Int
    public var inFlight: Int
    public var inFlightBound: Int
    public var limits: [Limit]
    public var holds: [Hold]
    public var budget: Budget?
    public var binding: String
  }

  public struct Limit: Codable, Sendable, Hashable {
    public var deployment: String
    public var dimension: String
    /// A minute.
    public var allowed: Double
    /// In the last minute.
    public var used: Double
  }

  public struct Hold: Codable, Sendable, Hashable {
    public var topic: String
    public var reason: String
    public var since: String?
    public var until: String?
  }

  /// The worker's share.
  public struct Budget: Codable, Sendable, Hashable {
    public var period: String
    public var spentMicros: Int64
    public var limitMicros: Int64
    public var currency: String
  }

  public struct Partition: Codable, Sendable, Hashable {
    public var topic: String
    public var partition: Int32
    /// Messages not completed, with `lagFrom` "offsets": between what the group committed and the end of the topic; with
    /// "worker": those that its worker has received. Nothing where neither is known.
    public var lag: Int64?
    public var lagFrom: String?
    /// As its worker says, or "unowned".
    public var state: String
    public var reason: String?
    /// Since the oldest unfinished message was received.
    public var oldestWaitMs: Int64?
    public var inFlight: Int
    public var owner: String?
  }
}
