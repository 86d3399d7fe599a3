/// Words that say how something is asked, not what about: they count for nothing in a search.
///
/// Folded as ``TermReader`` folds, in the languages whose searches the simulator is shown with.
enum StopWords {
  /// Words of scripts that write spaces, reduced like every term.
  static let words = Set(
    [
      // English
      """
      a about after also an and are as at be been before between by can could did do does during
      for from get had has have he her his how i if in into is it its made make making many me
      much my no not of on or our she should so some than that the their them then there these they
      thi this to wa was way we were what when where which who whom whose why will with would you
      your best good need use using work
      """,
      // Spanish, Portuguese
      """
      como que de la el los las un una unos unas en y o para por con se es son del al cual donde
      cuando quien hacer puedo mi su os as um uma no na do da dos das e ou com eu fazer qual onde
      quando quem lo unas sin sus
      """,
      // French
      """
      comment le les des du et ou pour par avec sur dans est sont faire quoi quand qui quel quelle
      au aux ce cette mon ma je on en une pourquoi
      """,
      // German
      """
      wie was wo wann wer warum der die das den dem ein eine einen einer und oder fur mit von zu zum
      zur im ist sind man ich macht machen kann auf aus am
      """,
      // Italian
      """
      il i gli lo come che di per con su fare cosa dove quando chi sono perche nel della
      """,
      // Russian
      """
      как что где когда кто почему и или в во на с со по для из к о об от у это не какои какая какие
      сделать ли был была был мы я
      """,
      // Hindi
      """
      कैसे क्या का की के में से को है हैं और कौन कब कहा कहां करें करे बनाए बनाएं पर
      """,
      // Arabic
      """
      كيف ما ماذا من متى اين هل في على الى عن هو هي و او مع كم هذا هذه
      """,
      // Indonesian, Turkish
      """
      cara apa bagaimana yang dan di ke dari untuk dengan nasil ne icin ve bir ile mi nedir
      """,
    ].flatMap { list in
      TermReader.fold(list).split(whereSeparator: \.isWhitespace).map {
        TermReader.stem(String($0))
      }
    })

  /// Question phrases of scripts that write no spaces, longer ones first.
  static let unspacedPhrases = [
    "อย่างไร", "ยังไง", "คืออะไร", "อะไร", "วิธีการ", "วิธี",
    "どうやって", "作り方", "ですか", "ますか", "とは何", "何ですか", "教えて", "どう", "なぜ", "方法", "やり方",
    "怎么样", "怎么办", "怎么", "怎麼", "如何", "什么", "什麼", "为什么", "哪里", "吗",
    "어떻게", "무엇", "하는 방법", "방법", "만들기",
  ].map(TermReader.fold).sorted { $0.count > $1.count }
}
