import ArgumentParser
import Foundation

/// Asks a person before something that cannot be taken back.
enum Confirmation {
  /// Returns once the person agreed, or `--yes` did for them.
  ///
  /// - Throws: `ValidationError` where nobody can be asked, ``NotConfirmed`` for any other answer than yes.
  static func ask(_ question: String, agreed: Bool) throws {
    if agreed { return }
    guard isatty(FileHandle.standardInput.fileDescriptor) == 1 else {
      throw ValidationError("\(question) Nobody is there to be asked; --yes agrees.")
    }
    FileHandle.standardError.write(Data("\(question) yes/no: ".utf8))
    let answer = readLine()?.trimmingCharacters(in: .whitespaces).lowercased()
    guard answer == "yes" else { throw NotConfirmed() }
  }
}

struct NotConfirmed: Error, CustomStringConvertible {
  var description: String { "not confirmed; nothing was changed" }
}
