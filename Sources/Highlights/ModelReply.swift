import Foundation

/// What the model wrote, read but not believed.
public struct ModelReply: Sendable, Hashable, Decodable {
  public struct Sentence: Sendable, Hashable, Decodable {
    public let text: String
    public let citations: [Citation]

    public init(text: String, citations: [Citation]) {
      self.text = text
      self.citations = citations
    }
  }

  public struct Citation: Sendable, Hashable, Decodable {
    /// The label of a segment, such as "v1#3".
    public let segment: String
    public let quote: String

    public init(segment: String, quote: String) {
      self.segment = segment
      self.quote = quote
    }
  }

  public let answerable: Bool
  public let sentences: [Sentence]

  /// Bytes a reply may have; a longer one is no answer of a few sentences.
  public static let maximumLength = 65_536

  public init(answerable: Bool, sentences: [Sentence]) {
    self.answerable = answerable
    self.sentences = sentences
  }

  /// Reads the content of the model's message: JSON of the prompt's schema, as it is or inside one
  /// Markdown code fence, which models add unasked.
  ///
  /// - Throws: ``InvalidReply``, whose text can be shown to the model for a repair.
  public init(parsing content: String) throws(InvalidReply) {
    self = try Self.decode(Self.self, from: content)
  }

  static func decode<Reply: Decodable>(
    _ type: Reply.Type, from content: String
  ) throws(InvalidReply) -> Reply {
    guard content.utf8.count <= maximumLength else {
      throw InvalidReply(
        why: "it has \(content.utf8.count) bytes; at most \(maximumLength) are allowed")
    }
    do {
      return try JSONDecoder().decode(type, from: Data(unfenced(content).utf8))
    } catch let error as DecodingError {
      throw InvalidReply(why: Self.explanation(of: error))
    } catch {
      throw InvalidReply(why: TextFolding.bounded(String(describing: error), to: 200))
    }
  }

  private static func unfenced(_ content: String) -> Substring {
    let fence = "```"
    var text = trimmed(content[...])
    guard text.hasPrefix(fence), text.hasSuffix(fence), text.utf8.count >= 6 else { return text }
    text = text.dropFirst(3).dropLast(3)
    if text.prefix(4).lowercased() == "json" { text = text.dropFirst(4) }
    return trimmed(text)
  }

  private static func trimmed(_ text: Substring) -> Substring {
    var text = text
    while text.first?.isWhitespace == true { text.removeFirst() }
    while text.last?.isWhitespace == true { text.removeLast() }
    return text
  }

  private static func explanation(of error: DecodingError) -> String {
    let (context, problem) =
      switch error {
      case .keyNotFound(let key, let context): (context, "\"\(key.stringValue)\" is missing")
      case .typeMismatch(let type, let context): (context, "expected \(type)")
      case .valueNotFound(let type, let context): (context, "expected \(type), found null")
      case .dataCorrupted(let context): (context, "it is not JSON")
      @unknown default: (DecodingError.Context(codingPath: [], debugDescription: ""), "unreadable")
      }
    let path = context.codingPath.map { $0.intValue.map(String.init) ?? $0.stringValue }
    return TextFolding.bounded(
      path.isEmpty ? problem : "\(problem) at \(path.joined(separator: "."))", to: 200)
  }
}

/// The model's message is not JSON of the schema it was given.
public struct InvalidReply: Error, Sendable, Hashable, CustomStringConvertible {
  /// What is wrong with it, at most 200 characters.
  public let why: String

  /// The stable word, as in ``NoAnswerReason/invalidReply``.
  public var reason: String { NoAnswerReason.invalidReply.rawValue }

  public var description: String {
    "the reply is not JSON of the schema it was given: \(why)"
  }
}
