import Foundation
import Testing
import VideoCatalog

@testable import HighlightsCommand

@Suite("The catalogue's settings")
struct CatalogSettingsTests {
  @Test("are no catalogue when nobody says anything")
  func defaults() throws {
    let catalog = try settings([])
    #expect((catalog.path, catalog.url) == (nil, nil))
    #expect(catalog.key == .none)
    #expect(catalog.timeout == .seconds(2))
    #expect(catalog.videos == 10)
  }

  @Test("take the key itself over its file over the variable named for it")
  func key() throws {
    let environment = ["RANKING_KEY": "from-variable"]
    var overrides = [("catalog.api_key_env", "RANKING_KEY")]
    #expect(try settings(overrides, environment).key.bearerKey() == BearerKey("from-variable"))
    try withFile("from-file\n") { file in
      overrides.append(("catalog.api_key_file", file))
      let key = try settings(overrides, environment).key.bearerKey()
      #expect(try key == BearerKey("from-file"))
    }
    // The file is gone now.
    #expect(throws: ConfigurationError.self) {
      try settings(overrides, environment).key.bearerKey()
    }
    overrides.append(("catalog.api_key", "direct"))
    #expect(try settings(overrides, environment).key.bearerKey() == BearerKey("direct"))
    #expect(try settings([]).key.bearerKey() == nil)
  }

  @Test("with a variable for the key that is not set are wrong once the key is needed")
  func missingVariable() throws {
    let key = try settings([("catalog.api_key_env", "RANKING_KEY")]).key
    let error = #expect(throws: ConfigurationError.self) { try key.bearerKey() }
    #expect(
      error?.description.hasPrefix("catalog.api_key_env is \"RANKING_KEY\" (--set); allowed: ")
        == true)
  }

  @Test(
    "never show a wrong key",
    arguments: [
      ["HIGHLIGHTS_CATALOG_API_KEY": "hüsh"], ["HIGHLIGHTS_CATALOG_API_KEY": "hush hush"],
      ["HIGHLIGHTS_CATALOG_API_KEY_ENV": "K", "K": "hush\u{7}"],
    ])
  func hidden(environment: [String: String]) {
    let error = #expect(throws: ConfigurationError.self) { try settings([], environment) }
    let description = error?.description ?? ""
    #expect(description.contains("[redacted]"))
    #expect(!description.contains("hush") && !description.contains("hüsh"))
  }

  private func settings(
    _ overrides: [(String, String)], _ environment: [String: String] = [:]
  ) throws -> CatalogSettings {
    try LoadedConfiguration(overrides: overrides, environment: environment).settings.catalog
  }
}
