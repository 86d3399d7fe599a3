import HighlightsProtocol
import Testing

@testable import LookupService

@Suite("The fleet's page")
struct FleetPageTests {
  private let script = FleetPageText.drawing + FleetPageText.script

  @Test(
    "text becomes markup nowhere in the script",
    arguments: [
      "innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "Function(",
      "createContextualFragment", "DOMParser", ".srcdoc", ".style", "\"style\"", "https:",
    ])
  func inert(_ sink: String) {
    #expect(script.contains("textContent"))
    #expect(!script.contains(sink))
  }

  @Test("the only address in the script is a name: that of SVG's elements")
  func addresses() {
    let addresses = script.matches(of: /http:[^"]*/).map { String($0.0) }
    #expect(addresses == ["http://www.w3.org/2000/svg"])
    #expect(script.matches(of: /fetch\("([^"]*)"/).map { String($0.1) } == ["/v1/fleet"])
  }

  @Test("nothing in the page runs or is styled in line, and nothing is fetched from elsewhere")
  func noInline() {
    let html = FleetPageText.html
    #expect(html.matches(of: /<script(?! src="\/fleet\.js" defer>)/).isEmpty)
    #expect(!html.contains("<style"))
    #expect(html.matches(of: /\s(on[a-z]+|style)=/).isEmpty)
    #expect(html.matches(of: /(href|src|action)="(?!\/|#)/).isEmpty)
    #expect(!FleetPageText.style.contains("url("))
    #expect(!FleetPageText.style.contains("@import"))
  }

  @Test("every element that the script looks for is there, and every section has its heading")
  func elements() {
    let html = FleetPageText.html
    let wanted =
      script.matches(of: /byId\("([a-z-]+)"\)/).map { String($0.1) }
      + script.matches(of: /say\("([a-z-]+)"/).map { String($0.1) }
    #expect(wanted.count > 12)
    for id in Set(wanted) { #expect(html.contains("id=\"\(id)\""), "\(id)") }
    for id in html.matches(of: /aria-labelledby="([a-z-]+)"/).map({ String($0.1) }) {
      #expect(html.contains("<h2 id=\"\(id)\">"), "\(id)")
    }
  }

  @Test("tables have captions and scopes, charts have words, and what changes is announced")
  func accessible() {
    #expect(script.contains("make(\"caption\""))
    #expect(script.contains("cell.scope = \"col\""))
    #expect(script.contains("cell.scope = \"row\""))
    #expect(script.contains("chart.setAttribute(\"aria-label\", words)"))
    #expect(FleetPageText.html.contains("id=\"advice\" class=\"advice\" role=\"status\""))
    #expect(FleetPageText.html.contains("aria-live=\"polite\""))
    #expect(FleetPageText.html.contains("<html lang=\"en\">"))
    #expect(FleetPageText.html.contains("width=device-width"))
    #expect(FleetPageText.style.contains("@media (prefers-color-scheme: dark)"))
  }

  @Test("what the script reads of a snapshot is there")
  func fields() throws {
    let read = script.matches(of: /fleet\.([a-zA-Z]+)/).map { String($0.1) }
    var board = FleetBoard(queries: "queries", at: HandClock.start)
    board.take(try outcome("a", .dead), at: HandClock.start)
    let snapshot = board.snapshot(at: HandClock.start)
    let names = Set(Mirror(reflecting: snapshot).children.compactMap(\.label))
    #expect(Set(read).subtracting(names).isEmpty, "\(Set(read).subtracting(names))")
  }
}
