/// Words of a sentence that name something: capitalised inside it, or with capitals inside.
///
/// Months and days of the week are names in any letter case; a scale ("Celsius") is
/// checked as a unit. The first word of a sentence says nothing by its capital, and in German no noun does.
enum Names {
  static func names(in text: String, locale: LanguageTag) -> [Term] {
    guard mayStand(in: text) else { return [] }
    let capitalsTell = !["de", "lb"].contains(locale.language)
    var names: [Term] = []
    var startsSentence = true
    for word in words(of: text) {
      let letters = word.text
      let folded = TextFolding.caseFolded(letters)
      let first = letters.unicodeScalars.first
      let isCapital = first?.properties.isUppercase == true
      let hasInner = letters.unicodeScalars.dropFirst().contains(where: \.properties.isUppercase)
      if calendar.contains(folded) || hasInner && letters.count > 1
        || isCapital && capitalsTell && !startsSentence && !isPronoun(folded)
          && !Quantities.isScale(folded)
      {
        // "I'll" has no inner capital, "iPhone" has.
        names.append(Term(word: letters))
      }
      startsSentence = word.endsSentence
    }
    return names
  }

  /// Nearly every sentence is passed over by this.
  private static func mayStand(in text: String) -> Bool {
    for byte in text.utf8.dropFirst() where byte >= 0x80 || (0x41...0x5A).contains(byte) {
      return true
    }
    var found = false
    TermReader.read(text) { term, _ in found = found || calendarTerms.contains(term) }
    return found
  }

  private struct Word {
    var text: String
    /// A full stop after a short capitalised word is an abbreviation's: "Dr. Miller".
    var endsSentence: Bool
  }

  private static func words(of text: String) -> [Word] {
    text.split(whereSeparator: \.isWhitespace).compactMap { piece in
      let trimmed = piece.drop { !$0.isLetter && !$0.isNumber }
      let end = trimmed.lastIndex { $0.isLetter || $0.isNumber }
      guard let end, let last = piece.last else { return nil }
      let word = trimmed[...end]
      let isAbbreviation = last == "." && word.count <= 3 && word.first?.isUppercase == true
      let ends = ".!?:…。！？".contains(last) && !isAbbreviation
      return Word(text: String(word), endsSentence: ends)
    }
  }

  private static func isPronoun(_ folded: String) -> Bool {
    folded == "i" || folded.hasPrefix("i'") || folded.hasPrefix("i\u{2019}")
  }

  private static let calendarTerms = Set(calendar.map(Term.init(word:)))

  private static let calendar: Set<String> = [
    "january", "february", "april", "june", "july", "august", "september", "october", "november",
    "december", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday",
  ]
}
