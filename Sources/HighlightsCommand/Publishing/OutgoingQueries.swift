import Highlights
import HighlightsProtocol

/// The searches of a file made ready to be published, in the order of its lines.
///
/// Where the catalogue is asked, it is asked for a few searches at once; nothing is read beyond them.
struct OutgoingQueries {
  /// How lines become searches.
  struct Preparation: Sendable {
    /// Whether lines that no worker could take are refused, or published as they are.
    let checks: Bool
    let topic: String
    let limits: SearchLimits
    /// A search is given only as many videos as this allows.
    let messageMaxBytes: Int

    init(checks: Bool, _ settings: Settings) {
      self.checks = checks
      topic = settings.kafka.topics.queries
      limits = settings.searchLimits
      messageMaxBytes = settings.kafka.messageMaxBytes
    }
  }

  /// Some lines, in order.
  struct Group: Sendable {
    var ready: [(line: Int, result: Result<OutgoingQuery, any Error>)] = []
    /// What ended it: no line from that one on is among those of this group, or comes after it.
    var failure: CatalogFailure?
  }

  /// Searches that the catalogue is asked for at once.
  static let atOnce = 16

  private var lines: QueryLines
  private let preparation: Preparation
  private let finder: VideoFinder?
  private var ended = false

  init(_ lines: QueryLines, _ preparation: Preparation, finder: VideoFinder?) {
    self.lines = lines
    self.preparation = preparation
    self.finder = finder
  }

  /// The next lines; nil after the last, and after a failure.
  mutating func next() async -> Group? {
    guard !ended else { return nil }
    var next: [QueryLines.Line] = []
    while next.count < (finder == nil ? 1 : Self.atOnce), let line = lines.next() {
      next.append(line)
    }
    guard !next.isEmpty else { return nil }
    var group = Group()
    for (line, result) in zip(next, await prepare(next)) {
      if case .failure(let failure as CatalogFailure) = result {
        group.failure = failure
        ended = true
        break
      }
      group.ready.append((line.number, result))
    }
    return group
  }

  private func prepare(
    _ lines: [QueryLines.Line]
  ) async -> [Result<OutgoingQuery, any Error>] {
    guard let finder else { return lines.map { preparation.query($0) } }
    return await withTaskGroup(of: (Int, Result<OutgoingQuery, any Error>).self) { tasks in
      for (index, line) in lines.enumerated() {
        tasks.addTask { [preparation] in
          (index, await preparation.query(line, finder: finder))
        }
      }
      return await tasks.reduce(into: []) { $0.append($1) }.sorted { $0.0 < $1.0 }.map(\.1)
    }
  }
}

extension OutgoingQueries.Preparation {
  fileprivate func query(_ line: QueryLines.Line) -> Result<OutgoingQuery, any Error> {
    Result {
      checks
        ? try OutgoingQuery(checking: line, topic: topic, limits: limits)
        : try OutgoingQuery(raw: line, topic: topic, limits: limits)
    }
  }

  /// The search of a line, with videos from the catalogue where it brings none.
  fileprivate func query(
    _ line: QueryLines.Line, finder: VideoFinder
  ) async -> Result<OutgoingQuery, any Error> {
    let result = query(line)
    guard case .success(let query) = result, let bare = query.withoutVideos else { return result }
    let videos: [Video]
    do {
      videos = try await finder.videos(for: bare)
    } catch {
      return .failure(CatalogFailure(line: line.number, cause: error))
    }
    return Result {
      try query.bringing(videos, segments: limits.segments, maxBytes: messageMaxBytes)
    }
  }
}
