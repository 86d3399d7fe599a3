import Foundation
import Testing

@testable import HighlightsCommand

@Suite("Lines of searches")
struct QueryLinesTests {
  @Test("end with \\n or \\r\\n; the last one may lack it")
  func endings() throws {
    #expect(try lines("a\nb\r\nc") == [line(1, "a"), line(2, "b"), line(3, "c")])
    #expect(try lines("a\nb\n") == [line(1, "a"), line(2, "b")])
    #expect(try lines("a\r\n") == [line(1, "a")])
    #expect(try lines("a\r") == [line(1, "a")])
  }

  @Test("that are blank are left out and counted")
  func blank() throws {
    #expect(try lines("\n \t\r\na\n\n\nb") == [line(3, "a"), line(6, "b")])
    #expect(try lines("") == [])
    #expect(try lines("\n\r\n  ") == [])
  }

  @Test("keep what stands within them")
  func inside() throws {
    #expect(try lines(" a\rb \n") == [line(1, " a\rb ")])
  }

  @Test("may be longer than what is read at once")
  func long() throws {
    let length = 1 << 20
    let text = ["x", "y", "z"].map { String(repeating: $0, count: length + 7) }
    let read = try lines(text.joined(separator: "\n"))
    #expect(read.map(\.number) == [1, 2, 3])
    #expect(read.map(\.bytes.count) == [length + 7, length + 7, length + 7])
    #expect(read.map(\.bytes.first) == ["x", "y", "z"].map { Array($0.utf8).first })
    let exact = String(repeating: "x", count: length - 1)
    #expect(try lines("\(exact)\na\n").map(\.bytes.count) == [length - 1, 1])
  }

  @Test("of a file that is missing or a folder are an error that names it")
  func unreadable() {
    let folder = FileManager.default.temporaryDirectory.path
    for path in [folder, "\(folder)/\(UUID().uuidString).jsonl"] {
      let error = #expect(throws: QueryFileError.self) { try QueryLines(path: path) }
      #expect(error?.description.hasPrefix(path) == true)
    }
  }

  @Test("are counted in a file, and not in a pipe, which counting would empty")
  func counting() throws {
    let folder = FileManager.default.temporaryDirectory
    let (file, link, pipe) = (
      folder.appending(path: "\(UUID()).jsonl"), folder.appending(path: "\(UUID()).jsonl"),
      folder.appending(path: "\(UUID())")
    )
    defer { for url in [file, link, pipe] { try? FileManager.default.removeItem(at: url) } }
    try Data("a\n\nb".utf8).write(to: file)
    try FileManager.default.createSymbolicLink(at: link, withDestinationURL: file)
    #expect(try QueryLines.count(path: file.path) == 2)
    #expect(try QueryLines.count(path: link.path) == 2)
    #expect(mkfifo(pipe.path, 0o600) == 0)
    #expect(try QueryLines.count(path: pipe.path) == nil)
    #expect(try QueryLines.count(path: "-") == nil)
  }

  private func line(_ number: Int, _ text: String) -> QueryLines.Line {
    QueryLines.Line(number: number, bytes: Array(text.utf8))
  }

  private func lines(_ text: String) throws -> [QueryLines.Line] {
    let file = FileManager.default.temporaryDirectory.appending(path: "\(UUID()).jsonl")
    defer { try? FileManager.default.removeItem(at: file) }
    try Data(text.utf8).write(to: file)
    return Array(try QueryLines(path: file.path))
  }
}
