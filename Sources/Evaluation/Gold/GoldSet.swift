import Foundation

/// Gold answers by the id of their search.
public struct GoldSet: Sendable, Hashable {
  private let answers: [String: GoldAnswer]

  /// Of two answers about one search the last counts.
  public init(_ answers: [GoldAnswer]) {
    self.answers = Dictionary(answers.map { ($0.queryID, $0) }) { $1 }
  }

  /// Reads one JSON object a line; blank lines are passed over, keys that are not known ignored.
  ///
  /// - Throws: ``GoldError`` for the first line that is not a gold answer.
  public init(jsonLines data: Data) throws(GoldError) {
    var answers: [GoldAnswer] = []
    var lineOf: [String: Int] = [:]
    let lines = data.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    for (offset, line) in lines.enumerated() where !line.allSatisfy(Self.isSpace) {
      let answer = try Self.answer(in: line, number: offset + 1)
      if let first = lineOf.updateValue(offset + 1, forKey: answer.queryID) {
        throw .duplicateQuery(line: offset + 1, queryID: answer.queryID, firstLine: first)
      }
      answers.append(answer)
    }
    guard !answers.isEmpty else { throw .empty }
    self.init(answers)
  }

  public var count: Int { answers.count }

  public subscript(queryID: String) -> GoldAnswer? { answers[queryID] }

  private static func answer(in line: Data, number: Int) throws(GoldError) -> GoldAnswer {
    let answer: GoldAnswer
    do {
      answer = try JSONDecoder().decode(GoldAnswer.self, from: Data(line))
    } catch DecodingError.keyNotFound(let key, _) {
      throw .missingKey(line: number, key: key.stringValue)
    } catch DecodingError.typeMismatch(_, let context) where !context.codingPath.isEmpty {
      throw wrongValue(at: context.codingPath, line: number)
    } catch DecodingError.valueNotFound(_, let context) where !context.codingPath.isEmpty {
      throw wrongValue(at: context.codingPath, line: number)
    } catch DecodingError.dataCorrupted(let context) where !context.codingPath.isEmpty {
      throw wrongValue(at: context.codingPath, line: number)
    } catch {
      throw .notJSON(line: number, why: "\(error)")
    }
    if answer.queryID.isEmpty {
      throw .wrongValue(line: number, key: "queryId", allowed: allowed("queryId"))
    }
    if answer.segments.contains(where: { $0 < 0 }) {
      throw .wrongValue(line: number, key: "segments", allowed: allowed("segments"))
    }
    if answer.answerable, !answer.segments.isEmpty, answer.videoID?.isEmpty != false {
      throw .missingKey(line: number, key: "videoId")
    }
    return answer
  }

  private static func wrongValue(at path: [any CodingKey], line: Int) -> GoldError {
    let key = path[0].stringValue
    return .wrongValue(line: line, key: key, allowed: allowed(key))
  }

  private static func allowed(_ key: String) -> String {
    switch key {
    case "queryId": "a text that is not empty"
    case "answerable": "true or false"
    case "videoId": "a text"
    case "segments": "a list of whole numbers from 0"
    default: "a list of texts"
    }
  }

  private static func isSpace(_ byte: UInt8) -> Bool {
    byte == 0x20 || (0x09...0x0D).contains(byte)
  }
}
