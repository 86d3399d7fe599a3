import ArgumentParser
import Foundation

/// Reads how often keys are searched for: a number a line, or objects with a `weight`, as a query log has.
enum WeightFile {
  private struct Line: Decodable { let weight: Double }

  /// - Throws: `ValidationError` that names the line, what it says and what is allowed.
  static func read(_ path: String) throws -> [Double] {
    let text: String
    do { text = try String(contentsOfFile: path, encoding: .utf8) } catch {
      throw ValidationError("--weights \(path): cannot be read: \(error.localizedDescription)")
    }
    let decoder = JSONDecoder()
    var weights: [Double] = []
    for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated()
    {
      let line = line.trimmingCharacters(in: .whitespaces)
      if line.isEmpty { continue }
      let weight =
        Double(line) ?? (try? decoder.decode(Line.self, from: Data(line.utf8)))?.weight ?? .nan
      guard weight.isFinite, weight > 0 else {
        throw ValidationError(
          "--weights \(path), line \(index + 1): \(HighlightText.plain(String(line.prefix(80)))): "
            + "allowed: a number above 0, or an object with such a weight")
      }
      weights.append(weight)
    }
    guard !weights.isEmpty else { throw ValidationError("--weights \(path): holds no weight") }
    return weights
  }
}
