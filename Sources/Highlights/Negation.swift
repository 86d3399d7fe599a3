/// Whether a text denies something: a sentence must not turn round what its quote says.
enum Negation {
  static func isNegated(_ text: String, locale: LanguageTag) -> Bool {
    if let signs = unspaced[locale.language], signs.contains(where: text.contains) {
      return true
    }
    let own = words[locale.language]
    var found = false
    TermReader.read(text) { _, bytes in
      let word = String(decoding: bytes, as: UTF8.self)
      found =
        found || english.contains(word) || own?.contains(word) == true || word.hasSuffix("n't")
    }
    return found
  }

  private static let english: Set<String> = [
    "not", "never", "no", "without", "none", "cannot", "nor", "neither", "nobody", "nothing",
    "avoid", "dont", "cant", "wont",
  ]

  private static let words: [String: Set<String>] = [
    "de": ["nicht", "nie", "niemals", "kein", "keine", "keinen", "keiner", "keinem", "ohne"],
    "es": ["nunca", "jamás", "sin", "ni", "tampoco", "ningún", "ninguna"],
    "fr": ["ne", "pas", "jamais", "sans", "aucun", "aucune", "ni"],
    "it": ["non", "mai", "senza", "né", "nessun", "nessuna"],
    "pt": ["não", "nunca", "jamais", "sem", "nem", "nenhum", "nenhuma"],
    "nl": ["niet", "nooit", "geen", "zonder"], "sv": ["inte", "aldrig", "utan", "ingen"],
    "pl": ["nie", "nigdy", "bez", "ani"], "tr": ["değil", "asla", "yok"],
    "id": ["tidak", "jangan", "bukan", "tanpa"], "vi": ["không", "đừng", "chưa", "chẳng"],
    "ru": ["не", "нет", "без", "никогда", "ни", "нельзя"],
    "ar": ["لا", "لم", "لن", "ليس", "بدون", "غير"], "hi": ["नहीं", "न", "मत", "बिना"],
  ]

  private static let unspaced: [String: [String]] = [
    "ja": ["ない", "ません", "なく"], "zh": ["不", "没", "沒", "无", "無", "别", "未"],
    "ko": ["않", "없", "마세요"], "th": ["ไม่", "อย่า", "ห้าม"],
  ]
}
