import Foundation
import Testing
import VideoCatalog

@Suite("A key for the video search")
struct BearerKeyTests {
  @Test("is never shown")
  func hidden() throws {
    let key = try BearerKey("s3cret")
    var dumped = ""
    dump(key, to: &dumped)
    for text in ["\(key)", String(reflecting: key), "\([key])", "\(Optional(key) as Any)", dumped] {
      #expect(!text.contains("s3cret"), "\(text)")
    }
    #expect(try key == BearerKey(" s3cret\n"))
    #expect(try key != BearerKey("another"))
  }

  @Test(
    "that could not stand in a header is refused, unseen",
    arguments: ["", " ", "hush\nhush", "hüsh", "hu sh"])
  func refused(text: String) {
    let error = #expect(throws: BearerKeyError.self) { try BearerKey(text) }
    #expect(error?.description.contains("sh") == false)
  }

  @Test("is read from a file, which is named when it cannot be")
  func file() async throws {
    try await withTemporaryFolder { folder in
      let path = folder + "/key"
      try Data("s3cret\n".utf8).write(to: URL(filePath: path))
      #expect(try BearerKey.file(path) == BearerKey("s3cret"))
      let error = #expect(throws: BearerKeyError.self) { try BearerKey.file(folder) }
      #expect(error?.description.contains(folder) == true)
    }
  }
}
