import Foundation
import Testing

@testable import LookupService

/// Text has a contrast of at least 4.5 to what is behind it, edges of controls and the focus mark one of 3 (WCAG 2.2,
/// 1.4.3 and 1.4.11), by day and by night.
@Suite("Colours of the page")
struct PageContrastTests {
  /// The custom properties of the first `:root` after a marker.
  private static func colours(after marker: String) throws -> [String: String] {
    let style = PageText.style
    let start = try #require(style.range(of: marker)).upperBound
    let end = try #require(style.range(of: "}", range: start..<style.endIndex)).lowerBound
    var colours: [String: String] = [:]
    for match in style[start..<end].matches(of: /--([a-z-]+): (#[0-9a-f]{6});/) {
      colours[String(match.1)] = String(match.2)
    }
    return colours
  }

  private static func luminance(_ colour: String) throws -> Double {
    let value = try #require(Int(colour.dropFirst(), radix: 16))
    let parts = [value >> 16, value >> 8, value].map { part in
      let part = Double(part & 255) / 255
      return part <= 0.04045 ? part / 12.92 : pow((part + 0.055) / 1.055, 2.4)
    }
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]
  }

  private static func contrast(_ left: String, _ right: String) throws -> Double {
    let both = try [luminance(left), luminance(right)].sorted()
    return (both[1] + 0.05) / (both[0] + 0.05)
  }

  private static let schemes = [
    (":root {", "#ffffff"), ("@media (prefers-color-scheme: dark) {\n  :root {", "#1b1030"),
  ]

  @Test("what is written can be read", arguments: schemes)
  func text(_ marker: String, _ onButton: String) throws {
    let colours = try Self.colours(after: marker)
    let pairs = [
      ("ink", "ground"), ("ink", "card"), ("ink", "glow"), ("ink", "mark"), ("faint", "ground"),
      ("faint", "card"), ("faint", "glow"), ("accent-ink", "card"), ("accent-ink", "glow"),
      ("accent-ink", "accent-soft"), ("accent-ink", "ground"), ("accent-ink", "mark"),
    ]
    for (front, behind) in pairs {
      let ratio = try Self.contrast(
        #require(colours[front]), #require(colours[behind]))
      #expect(ratio >= 4.5, "\(front) on \(behind): \(ratio)")
    }
    #expect(try Self.contrast(onButton, #require(colours["accent"])) >= 4.5)
    #expect(PageText.style.contains("color: \(onButton == "#ffffff" ? "#fff" : onButton)"))
  }

  @Test("controls and the mark of the focus can be seen", arguments: schemes)
  func edges(_ marker: String, _: String) throws {
    let colours = try Self.colours(after: marker)
    for (front, behind) in [
      ("edge", "ground"), ("edge", "card"), ("accent", "ground"), ("accent", "card"),
    ] {
      let ratio = try Self.contrast(
        #require(colours[front]), #require(colours[behind]))
      #expect(ratio >= 3, "\(front) on \(behind): \(ratio)")
    }
    #expect(PageText.style.contains(":focus-visible { outline: 3px solid var(--accent)"))
    // Nothing makes text fainter than its colour.
    #expect(PageText.style.matches(of: /opacity: \.?\d/).allSatisfy { $0.output == "opacity: 1" })
  }
}
