import ArgumentParser
import Control
import Foundation
import Highlights

/// The variant that a replay is written as, and what whoever asks for it takes it to be.
///
/// Workers write a variant as their own configuration declares it, and a replay can only name it: what it is taken for
/// is compared with what is declared, so that a mistake costs nothing.
struct DeclaredVariant {
  /// As asked for; nil without one.
  let name: String?
  /// A prompt's folder, whole or its last parts, or its version.
  let prompt: String?
  let model: String?

  /// The name as asked for, once it is declared as it is taken to be.
  ///
  /// - Throws: `ValidationError` that names what was asked for and what is declared.
  func checked(_ settings: Settings) throws -> String? {
    guard let name else {
      for (option, value) in [("--prompt", prompt), ("--model", model)] {
        if let value {
          throw ValidationError(
            "\(option) \(value) is about --variant, which is missing; searches by what they were "
              + "written with are chosen by --prompt-version and --of-model")
        }
      }
      return nil
    }
    let catalog = try settings.variantCatalog()
    let parsed = VariantName.parsed(name)
    guard catalog.names.contains(parsed) else {
      throw ValidationError("--variant \(name): allowed: \(catalog.shownNames)")
    }
    let variant = catalog.variant(named: parsed)
    let file = catalog.path ?? "the file that highlights.variants names"
    if let prompt {
      let folder = variant.map(\.folder) ?? settings.highlights.prompt
      let template =
        try variant?.prompt
        ?? PromptTemplate.read(settings.highlights.prompt, key: "highlights.prompt")
      guard Self.isSame(prompt, folder: folder, version: template.version) else {
        throw Self.mismatch(
          "--prompt", prompt, name, "\(folder ?? "the built-in one") (\(template.version))",
          variant == nil ? "highlights.prompt" : "prompt of \(name) in \(file)")
      }
    }
    if let model {
      let declared = try variant?.model ?? settings.gateway.model(in: settings.gateway.catalog())
      guard model == declared else {
        throw Self.mismatch(
          "--model", model, name, declared,
          variant == nil ? "gateway.model" : "model of \(name) in \(file)")
      }
    }
    return name
  }

  private static func isSame(_ asked: String, folder: String?, version: String) -> Bool {
    if asked == version { return true }
    func parts(_ path: String) -> [Substring] { path.split(separator: "/") }
    guard let folder, !parts(asked).isEmpty else { return false }
    return asked.hasPrefix("/")
      ? parts(folder) == parts(asked)
      : parts(folder).suffix(parts(asked).count) == parts(asked)[...]
  }

  private static func mismatch(
    _ option: String, _ asked: String, _ variant: String, _ declared: String, _ key: String
  ) -> ValidationError {
    ValidationError(
      "\(option) \(asked): variant \(variant) is declared with \(declared); an option cannot change "
        + "what workers write: set \(key) and restart every worker, or declare another variant")
  }
}
