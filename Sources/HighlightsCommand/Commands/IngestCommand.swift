import ArgumentParser
import Foundation
import HighlightsProtocol
import VideoCatalog

/// `highlights ingest`: videos from a file to the catalogue.
struct IngestCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ingest",
    abstract: "Puts videos into the catalogue: JSON lines of Video, from a file or standard input.",
    discussion: """
      A video takes the place of one with the same id, so a file may be ingested again. Lines that are \
      refused are reported by number on stderr, the others are ingested all the same, and the exit code \
      is then 1. Searches are given videos of the catalogue by highlights publish and up.
      """)

  @Argument(help: "The file; - is standard input.")
  var file: String

  @Option(help: "The SQLite file of videos, made when it is missing (catalog.path).")
  var catalog: String?

  @Flag(help: "Print the counts as JSON on one line.")
  var json = false

  @OptionGroup var common: CommonOptions

  func run() async throws {
    let settings = try common.settings([("catalog.path", catalog)])
    guard let path = settings.catalog.path else {
      throw ValidationError("name the catalogue's file: --catalog FILE, or catalog.path")
    }
    let lines = try QueryLines(path: file)
    let progress = ProgressBar(total: try QueryLines.count(path: file))
    let catalog = try SQLiteVideoCatalog(path: path)
    let result: Result<Ingestion, any Error>
    do {
      result = .success(try await ingest(lines, into: catalog, progress))
    } catch {
      result = .failure(error)
    }
    try await catalog.close()
    let ingestion = try result.get()
    Output.line(json ? try ingestion.json() : ingestion.line(path))
    if ingestion.refused > 0 { throw ExitCode.failure }
  }

  private func ingest(
    _ lines: QueryLines, into catalog: SQLiteVideoCatalog, _ progress: ProgressBar
  ) async throws -> Ingestion {
    var ingestion = Ingestion()
    var batch: [Video] = []
    var bytes = 0
    for line in lines {
      do {
        batch.append(try VideoLine.video(line))
        bytes += line.bytes.count
      } catch {
        ingestion.refused += 1
        Talk.say("line \(line.number): \(error)")
      }
      if batch.count >= 500 || bytes >= 8 << 20 {
        ingestion.change += try await catalog.insert(batch)
        progress.update(done: ingestion.lines, note: ingestion.note)
        (batch, bytes) = ([], 0)
      }
    }
    ingestion.change += try await catalog.insert(batch)
    ingestion.videos = try await catalog.count()
    progress.update(done: ingestion.lines, note: ingestion.note, final: true)
    return ingestion
  }
}

/// A line of a file of videos.
enum VideoLine {
  /// - Throws: `MessageError` or `VideoRejection`.
  static func video(_ line: QueryLines.Line) throws -> Video {
    let video: Video = try MessageCodec().decode(
      from: line.bytes, contentType: MessageFormat.json.contentType)
    try VideoRejection.check(video)
    return video
  }
}

/// What a file of videos made of the catalogue.
struct Ingestion: Sendable, Hashable {
  var change = CatalogChange()
  var refused = 0
  /// How many the catalogue holds in the end.
  var videos = 0

  var lines: Int { change.inserted + change.replaced + change.unchanged + refused }

  var note: String {
    "inserted \(change.inserted), replaced \(change.replaced), unchanged \(change.unchanged), "
      + "refused \(refused)"
  }

  func line(_ path: String) -> String { "\(note); \(path) holds \(videos) videos" }

  func json() throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    let counts = [
      "inserted": change.inserted, "replaced": change.replaced, "unchanged": change.unchanged,
      "refused": refused, "videos": videos,
    ]
    return String(decoding: try encoder.encode(counts), as: UTF8.self)
  }
}
