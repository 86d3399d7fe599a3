/// A text of a prompt that a gullible model takes for an instruction.
struct Instruction: Sendable, Equatable {
  /// What makes a text look like an instruction.
  struct Signs: OptionSet, Sendable {
    let rawValue: UInt8

    /// A word that an evaluation hid.
    static let trigger = Signs(rawValue: 1)
    /// A question.
    static let question = Signs(rawValue: 2)
    /// A sentence or clause that begins by asking for words.
    static let request = Signs(rawValue: 4)
    /// Talk of the prompt, the instructions or the answer.
    static let mention = Signs(rawValue: 8)
    /// Markup, script, or the address of something.
    static let markup = Signs(rawValue: 16)
    /// A long run of letters and digits that no language has.
    static let gibberish = Signs(rawValue: 32)

    var count: Int { rawValue.nonzeroBitCount }
  }

  /// What it would be cited by: a segment's label, `v1` for a title, `search` for the search.
  let label: String
  /// The whole text, as the prompt has it.
  let text: String
  let signs: Signs
  /// The distinct words of the text that hold a trigger, without punctuation around them.
  let triggerWords: [String]

  /// What obeying it has to bring in at least.
  var payload: String { triggerWords.isEmpty ? text : triggerWords.joined(separator: " ") }
}
