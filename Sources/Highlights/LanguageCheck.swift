/// Whether a text can be in a language, by its script and its function words.
///
/// There is no model behind it: it refuses what is plainly another language and passes what it
/// cannot tell, such as a few words of a Latin-script language, or a language that is not listed.
enum LanguageCheck {
  /// - Parameter locale: The search's; an undetermined one passes every text.
  static func isPlausible(_ text: String, in locale: LanguageTag) -> Bool {
    let language = locale.language
    let letters = Letters(of: text)
    guard letters.all > 0 else { return true }
    switch language {
    case "ja":
      // Japanese without any kana is a heading at most; Chinese has none.
      return letters.share(.han, .kana) >= 0.3 && (letters.count(.kana) > 0 || letters.all <= 8)
    case "zh", "yue":
      return letters.share(.han) >= 0.3 && letters.count(.kana) * 10 <= letters.all
    case "ko": return letters.share(.hangul, .han) >= 0.3 && letters.count(.kana) == 0
    default: break
    }
    if let script = scripts[language] { return letters.share(script) >= 0.3 }
    guard let own = FunctionWords.words[language] else { return true }
    return letters.share(.latin) >= 0.5 && !readsAsAnother(text, than: own)
  }

  /// None of its own function words, and three or more of one other language.
  private static func readsAsAnother(_ text: String, than own: Set<String>) -> Bool {
    var words: [String] = []
    TermReader.read(text) { _, word in words.append(String(decoding: word, as: UTF8.self)) }
    guard !words.contains(where: own.contains) else { return false }
    return FunctionWords.words.values.contains { other in words.count(where: other.contains) >= 3 }
  }

  /// Scripts of languages that have one of their own.
  private static let scripts: [String: Script] = [
    "ar": .arabic, "fa": .arabic, "ur": .arabic, "ps": .arabic, "ckb": .arabic, "he": .hebrew,
    "yi": .hebrew, "ru": .cyrillic, "uk": .cyrillic, "bg": .cyrillic, "be": .cyrillic,
    "mk": .cyrillic, "el": .greek, "hi": .indic, "mr": .indic, "ne": .indic, "bn": .indic,
    "pa": .indic, "gu": .indic, "ta": .indic, "te": .indic, "kn": .indic, "ml": .indic,
    "si": .indic, "th": .thai, "lo": .lao, "my": .burmese, "km": .khmer, "ka": .georgian,
    "hy": .armenian, "am": .ethiopic,
  ]

  private enum Script {
    case latin, greek, cyrillic, armenian, hebrew, arabic, indic, thai, lao, burmese, georgian
    case hangul, ethiopic, khmer, kana, han

    init?(_ scalar: Unicode.Scalar) {
      switch scalar.value {
      case 0x41...0x5A, 0x61...0x7A, 0xC0...0x24F, 0x1E00...0x1EFF: self = .latin
      case 0x370...0x3FF, 0x1F00...0x1FFF: self = .greek
      case 0x400...0x52F: self = .cyrillic
      case 0x531...0x58F: self = .armenian
      case 0x590...0x5FF: self = .hebrew
      case 0x600...0x6FF, 0x750...0x77F, 0x8A0...0x8FF, 0xFB50...0xFDFF, 0xFE70...0xFEFC:
        self = .arabic
      case 0x900...0xDFF: self = .indic
      case 0xE00...0xE7F: self = .thai
      case 0xE80...0xEFF: self = .lao
      case 0x1000...0x109F: self = .burmese
      case 0x10A0...0x10FF, 0x1C90...0x1CBF: self = .georgian
      case 0x1100...0x11FF, 0x3130...0x318F, 0xAC00...0xD7AF: self = .hangul
      case 0x1200...0x139F: self = .ethiopic
      case 0x1780...0x17FF: self = .khmer
      case 0x3041...0x30FF, 0x31F0...0x31FF, 0xFF66...0xFF9F: self = .kana
      case 0x3400...0x4DBF, 0x4E00...0x9FFF, 0xF900...0xFAFF, 0x20000...0x3FFFF: self = .han
      default: return nil
      }
    }
  }

  private struct Letters {
    private(set) var all = 0
    private var counts: [Script: Int] = [:]

    init(of text: String) {
      var latin = 0
      for scalar in text.unicodeScalars {
        if scalar.value < 0x80 {
          if (0x61...0x7A).contains(scalar.value | 0x20) { latin += 1 }
        } else if scalar.properties.isAlphabetic {
          all += 1
          if let script = Script(scalar) { counts[script, default: 0] += 1 }
        }
      }
      all += latin
      counts[.latin, default: 0] += latin
    }

    func count(_ script: Script) -> Int { counts[script] ?? 0 }

    func share(_ scripts: Script...) -> Double {
      Double(scripts.reduce(0) { $0 + count($1) }) / Double(all)
    }
  }
}
