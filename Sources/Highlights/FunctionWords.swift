/// The small words of a language: they carry a sentence and say nothing of its matter.
///
/// They are left out where words are compared, and tell languages of one script apart. Only words
/// that are frequent and typical are listed; it is no stop list of a search engine.
enum FunctionWords {
  /// By primary language subtag.
  static let words: [String: Set<String>] = table.mapValues {
    Set($0.split(separator: " ").map(String.init))
  }

  /// Their terms; English ones where the language is unknown or has none listed.
  static func terms(of language: String) -> Set<Term> {
    terms[language] ?? terms["en"] ?? []
  }

  private static let terms = words.mapValues { Set($0.map(Term.init(word:))) }

  private static let table: [String: String] = [
    "en": """
    a about above after again all also an and another any are as at be because been before being \
    below between both but by can could did do does doing don't down each either else even ever \
    every few first for from further get gets had has have having he her here hers him his how i \
    if in into is isn't it it's its itself just let let's like may me might more most much must my \
    no nor not now of off on once one only or other our out over own per quite rather really s \
    same she should so some such than that that's the their them then there these they thing \
    things this those through to too under until up upon us use used uses using very was way we \
    well were what when where which while who whom whose why will with within without would you \
    you're your
    """,
    "de": """
    aber als am an auch auf aus bei bis da das dass dem den der des die dies diese dieser doch du \
    durch ein eine einem einen einer er es für hat haben hier ich ihr im in ist ja kann kein man \
    mit nach nicht noch nur oder sehr sich sie sind so und uns vom von vor war was wenn wie wir \
    wird zu zum zur über
    """,
    "es": """
    al como con de del desde donde el ella en entre es esta este esto está están ha hasta hay la \
    las le lo los más mi muy no nos o para pero por que se ser si sin sobre son su sus también te \
    tiene todo tu un una y ya
    """,
    "fr": """
    au aux avec ce ces cette comme dans de des du elle en est et il ils je la le les leur lui \
    mais ne nous on ou où par pas plus pour que qui sa sans se ses son sont sur tout très un une \
    vous à être
    """,
    "it": """
    a al alla anche che come con da dal del della delle di e gli ha i il in la le lo ma mi nel \
    nella non o per più poi quando questa questo se si sono su sulla tutto un una è
    """,
    "pt": """
    ao as até com como da das de depois do dos e ela ele em entre está foi há isso mais mas muito \
    na nas no nos não o os ou para pela pelo por que se sem ser seu sua são também um uma você à é
    """,
    "nl": """
    aan als bij dan dat de deze die dit door een en er het hij hoe ik in is je kan maar meer met \
    naar niet nog of om onder ook op over te tot uit van veel voor was wat we worden zijn zo
    """,
    "sv": """
    att av de den det då där efter ett eller en för från har hur i inte kan man med men mycket \
    när och om på sedan ska som så till under upp ut var vi är över
    """,
    "id": """
    ada agar akan atau bisa dalam dan dari dengan di harus ini itu jika juga karena ke lalu oleh \
    pada saat sangat saya secara sebagai sudah tidak untuk yang
    """,
    "tr": """
    ama bir bu da daha de değil en gibi her için ile ise kadar ki mi mı ne o olarak sonra ve veya \
    çok şu
    """,
    "vi": """
    bạn các cho chúng có của cũng cùng được hay hoặc khi không là lại làm mà một nhiều những này \
    nó rất ra sẽ thì trong trên tôi từ và vào với đã đó để
    """,
    "pl": """
    a ale aby być co czy dla do i ich jak jako jest jej już lub ma na nie niż o od po przez przy \
    się są ta tak to tym w z za ze że
    """,
  ]
}
