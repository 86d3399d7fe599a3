import Foundation
import Testing

@testable import Highlights

/// Unicode's own test of normalisation forms, from Debian's package `unicode-data`.
@Suite struct NormalizationConformanceTests {
  private static let path = "/usr/share/unicode/NormalizationTest.txt.bz2"

  @Test(
    "NFKC passes Unicode's NormalizationTest as far as Foundation's version of Unicode goes",
    .enabled(
      if: FileManager.default.fileExists(atPath: path), "needs Debian's package unicode-data"))
  func passes() throws {
    let text = try Self.unpacked()
    var passed = 0
    var failed: [String] = []
    for line in text.split(separator: "\n") where !line.hasPrefix("#") && !line.hasPrefix("@") {
      let columns = line.split(separator: ";").prefix(5).map { column in
        String(
          String.UnicodeScalarView(
            column.split(separator: " ").compactMap { UInt32($0, radix: 16) }
              .compactMap(Unicode.Scalar.init)))
      }
      guard columns.count == 5 else { continue }
      // c4 = NFKC of each of the five columns.
      let holds = columns.allSatisfy {
        TextFolding.compatibilityComposed($0).unicodeScalars.elementsEqual(
          columns[3].unicodeScalars)
      }
      if holds { passed += 1 } else { failed.append(String(line.prefix(60))) }
    }
    let version = text.split(separator: "\n").first ?? ""
    print("\(version): NFKC passes \(passed), fails \(failed.count): \(failed.prefix(5))")
    #expect(passed > 18_000)
    // Foundation does not join a Hangul final to a syllable that stands behind a lone initial.
    let known = ["1100 AC00 11A8;", "1100 AC00 11A8 11A8;"]
    #expect(failed.allSatisfy { line in known.contains { line.hasPrefix($0) } })
  }

  private static func unpacked() throws -> String {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = ["bzcat", path]
    let output = Pipe()
    process.standardOutput = output
    try process.run()
    let data = try output.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    return String(decoding: data, as: UTF8.self)
  }
}
