import Testing

@testable import LookupService

@Suite("The page")
struct PageTests {
  @Test("the page and its files are served by this server alone, under a strict policy")
  func assets() async throws {
    try await Bench().serve { client, _ in
      for asset in PageAsset.all {
        let reply = try await client.get(asset.path)
        #expect(reply.status == 200)
        let policy = try #require(reply.header("content-security-policy"))
        #expect(policy.hasPrefix("default-src 'none'; script-src 'self'; style-src 'self';"))
        #expect(policy.contains("frame-ancestors 'none'"))
        #expect(!policy.contains("unsafe"))
        let tag = try #require(reply.header("etag"))
        let again = try await client.get(asset.path, headers: ["if-none-match": tag])
        #expect(again.status == 304)
      }
      let page = try await client.get("/?q=%3Cscript%3E")
      #expect(page.status == 200)
      #expect(page.header("content-type") == "text/html; charset=utf-8")
      #expect(!page.body.contains("<script>"))
    }
  }

  @Test(
    "text becomes markup nowhere in the script",
    arguments: [
      "innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "Function(",
      "createContextualFragment", "DOMParser", ".srcdoc", "style.cssText", "http:", "https:",
    ])
  func inert(_ sink: String) {
    #expect(PageText.script.contains("textContent"))
    #expect(!PageText.script.contains(sink))
  }

  @Test("nothing in the page runs or is styled in line, and nothing is fetched from elsewhere")
  func noInline() {
    #expect(PageText.html.matches(of: /<script(?! src="\/page\.js" defer>)/).isEmpty)
    #expect(!PageText.html.contains("<style"))
    #expect(PageText.html.matches(of: /\s(on[a-z]+|style)=/).isEmpty)
    #expect(PageText.html.matches(of: /(href|src|action)="(?!\/|#)/).isEmpty)
    #expect(!PageText.style.contains("url("))
    #expect(!PageText.style.contains("@import"))
  }

  @Test("every control has a name, and what changes is announced")
  func names() {
    for id in ["q", "locale"] {
      #expect(PageText.html.contains("<label class=\"hidden\" for=\"\(id)\">"))
      #expect(PageText.html.contains("id=\"\(id)\""))
    }
    #expect(PageText.html.contains("role=\"status\" aria-live=\"polite\""))
    #expect(PageText.html.contains("<html lang=\"en\">"))
  }

  @Test("every element that the script looks for is there")
  func elements() {
    let wanted = PageText.script.matches(of: /byId\("([a-z-]+)"\)/).map { String($0.1) }
    #expect(wanted.count > 20)
    for id in Set(wanted) { #expect(PageText.html.contains("id=\"\(id)\""), "\(id)") }
  }

  @Test("there is one first heading, and each part of the page has a role and a name")
  func landmarks() {
    let page = PageText.html
    #expect(page.matches(of: /<h1[ >]/).count == 1)
    // What is not hidden at first has no heading that skips a level.
    #expect(page.matches(of: /<h([2-6])[ >]/).allSatisfy { $0.1 == "2" })
    for part in ["<header", "<main", "role=\"search\"", "class=\"skip\" href=\"#results\""] {
      #expect(page.contains(part), "\(part)")
    }
    for match in page.matches(of: /<section id="([a-z]+)"([^>]*)>/) where match.1 != "welcome" {
      let label = match.2.firstMatch(of: /aria-labelledby="([a-z-]+)"/)
      #expect(label.map { page.contains("id=\"\($0.1)\"") } == true, "\(match.1)")
    }
  }

  @Test("texts say their language and direction, and a hold why it is one")
  func states() {
    let script = PageText.script
    #expect(script.contains("element.lang = tag"))
    for text in ["title.dir", "creator.dir", "quote.dir", "paragraph.dir"] {
      #expect(script.contains("\(text) = \"auto\""), "\(text)")
    }
    #expect(script.contains("name === \"held\""))
    for reason in ["circuit_open", "budget_spent", "broker_unavailable", "rate_limited"] {
      #expect(script.contains("\(reason): \""), "\(reason)")
    }
    #expect(PageText.html.contains("id=\"stale\" class=\"badge\" hidden>Being refreshed<"))
  }

  @Test("it has colours of its own for the dark, and stands still where that is asked for")
  func preferences() {
    #expect(PageText.style.contains("@media (prefers-color-scheme: dark)"))
    #expect(PageText.style.contains("@media (prefers-reduced-motion: reduce)"))
    #expect(PageText.html.contains("width=device-width"))
  }
}
