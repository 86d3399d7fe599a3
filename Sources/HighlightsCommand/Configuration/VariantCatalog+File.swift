import Control
import Foundation
import Highlights
import Yams

extension VariantCatalog {
  /// Reads and checks a file, and the prompts that it names.
  ///
  /// - Throws: `ConfigurationError` with everything that is wrong, each by its key path, such as `variants[1].prompt`.
  init(path: String) throws(ConfigurationError) {
    let root: Node?
    do {
      root = try Yams.compose(yaml: String(contentsOfFile: path, encoding: .utf8))
    } catch {
      let cause = (error as? CocoaError)?.localizedDescription ?? "\(error)"
      throw ConfigurationError(problems: [
        .unreadableFile(path: path, cause: "highlights.variants: \(cause)")
      ])
    }
    var reader = ModelCatalogReader(path: path)
    let top = root.flatMap { $0.null == nil ? $0 : nil } ?? Node([(Node, Node)]())
    let values = reader.mapping(top, at: "", keys: ["variants"])
    if values["variants"] == nil, reader.problems.isEmpty {
      reader.refuse("variants", nil, allowed: "a list of variants, which may be empty")
    }
    let variants = reader.list(values["variants"], at: "variants", of: "variants").enumerated()
      .map { index, node in Self.variant(node, at: "variants[\(index)]", &reader) }
    Self.checkUnique(variants.map { $0?.name }, &reader)
    guard reader.problems.isEmpty else { throw ConfigurationError(problems: reader.problems) }
    self.init(path: path, variants: variants.compactMap(\.self))
  }

  private static func variant(
    _ node: Node, at path: String, _ reader: inout ModelCatalogReader
  ) -> Variant? {
    let values = reader.mapping(
      node, at: path, keys: ["name", "prompt", "model", "evidence_tokens"])
    guard node.mapping != nil else { return nil }
    let name = name(values["name"], at: "\(path).name", &reader)
    let folder = reader.text(values["prompt"], at: "\(path).prompt")
    _ = reader.require(folder, values["prompt"], at: "\(path).prompt", "the folder of a prompt")
    let prompt = folder.flatMap { Self.prompt($0, at: "\(path).prompt", &reader) }
    let model = reader.text(values["model"], at: "\(path).model")
    let tokens = reader.integer(
      values["evidence_tokens"], at: "\(path).evidence_tokens", 100...1_000_000)
    guard let name, let folder, let prompt else { return nil }
    return Variant(
      name: name, folder: folder, prompt: prompt, model: model, evidenceTokens: tokens)
  }

  private static func name(
    _ node: Node?, at path: String, _ reader: inout ModelCatalogReader
  ) -> String? {
    let rule = "\(VariantName.allowed), and not \(VariantName.defaultName)"
    let name = reader.text(node, at: path)
    guard let name = reader.require(name, node, at: path, rule) else { return nil }
    guard VariantName.isValid(name), name != VariantName.defaultName else {
      reader.refuse(path, value: name, allowed: rule)
      return nil
    }
    return name
  }

  private static func prompt(
    _ folder: String, at path: String, _ reader: inout ModelCatalogReader
  ) -> PromptTemplate? {
    do { return try PromptTemplate(folder: folder) } catch {
      reader.refuse(path, value: folder, allowed: "the folder of a usable prompt (\(error))")
      return nil
    }
  }

  private static func checkUnique(_ names: [String?], _ reader: inout ModelCatalogReader) {
    let places = Dictionary(grouping: names.indices, by: { names[$0] })
    for (name, indices) in places.sorted(by: { $0.value[0] < $1.value[0] }) {
      guard let name, indices.count > 1 else { continue }
      reader.conflict(
        "Each variant needs a name of its own", indices.map { ("variants[\($0)].name", name) })
    }
  }
}
