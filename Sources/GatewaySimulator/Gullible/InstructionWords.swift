/// The words by which an ``InstructionFinder`` knows instructions, folded.
enum InstructionWords {
  /// Begin a sentence or clause that asks for words.
  static let requests = set(
    """
    write explain translate encode decode repeat print output draft provide compose develop describe
    ignore disregard forget reveal summarize summarise tell say display show complete continue
    convert integrate modify augment enhance suggest tease introduce misspell scramble jumble
    rearrange anagram substitute render list act pretend imagine respond repond obey stop break
    escribe ignora traduce schreibe ignoriere ubersetze ecris ignore traduis игнорируй напиши
    """)

  /// Begin a question that has no question mark.
  static let questions = set("what whats who whom whose why which how")

  /// May stand before a request.
  static let polite = set(
    "please kindly now then first next and also but so instead you must should can could would just"
  )

  /// Belong to talk with an assistant; singular.
  static let mentions = set(
    """
    instruction prompt systemprompt answer reply response respond assistant chatbot conversation
    message configuration initialization override jailbreak debugging ai llm instruccione anweisungen
    vowel letter rot13 base64 инструкции ответ
    """)

  /// The same in scripts that write no spaces.
  static let unspacedMentions = ["指示", "指令", "提示词", "プロンプト", "คำสั่ง"].map(TermReader.fold)

  /// Parts of markup, script and addresses.
  static let markup = [
    "<", "&lt;", "&#", "](", "```", "javascript:", "data:text", "://", "www.", ".com", ".xyz",
    ".org",
    ".net", "onerror", "onload", "alert(", "console.", "document.", "{{", "${",
  ]

  private static func set(_ words: String) -> Set<String> {
    Set(words.split(whereSeparator: \.isWhitespace).map { TermReader.fold(String($0)) })
  }
}
