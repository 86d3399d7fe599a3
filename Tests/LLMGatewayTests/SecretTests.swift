import Foundation
import Testing

@testable import LLMGateway

@Suite("Secret")
struct SecretTests {
  private let value = "sk-test-do-not-show"

  @Test("is not shown by any way of printing")
  func isNeverPrinted() throws {
    let secret = try Secret(value)
    let deployment = try Deployment(
      name: "main", provider: "openai", baseURL: "https://example.test/v1", model: "m",
      authentication: .bearer(secret), headers: ["x-team": secret])
    var dumped = ""
    dump(secret, to: &dumped)
    dump(deployment, to: &dumped)
    let texts = [
      "\(secret)", String(describing: secret), String(reflecting: secret), dumped,
      "\(deployment)", String(reflecting: deployment), "\(Optional(secret) as Any)", "\([secret])",
    ]
    for text in texts { #expect(!text.contains(value), "\(text)") }
    #expect("\(secret)" == "[redacted]")
  }

  @Test("from a file or the environment is trimmed")
  func isTrimmed() throws {
    let path = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString).path()
    try "  \(value)\n".write(toFile: path, atomically: true, encoding: .utf8)
    defer { try? FileManager.default.removeItem(atPath: path) }
    #expect(try Secret.file(path) == Secret(value))
    #expect(try Secret.environment("KEY", in: ["KEY": "\(value) "]) == Secret(value))
  }

  @Test("that is missing, empty or not fit for a header names its source and not its value")
  func refusals() {
    #expect(throws: SecretError(source: .environment("KEY"), problem: "is not set")) {
      try Secret.environment("KEY", in: [:])
    }
    #expect(throws: SecretError(source: .literal, problem: "is empty")) { try Secret(" \n") }
    #expect(
      throws: SecretError(source: .file("/nowhere/key"), problem: "cannot be read as UTF-8 text")
    ) {
      try Secret.file("/nowhere/key")
    }
    let error = #expect(throws: SecretError.self) { try Secret("line-one\nline-two") }
    #expect(error?.description.contains("line-") == false)
  }
}
