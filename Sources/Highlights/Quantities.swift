/// The numbers of a text, each also with the unit or currency beside it.
///
/// Written in digits of any script, or as English number words from two to a hundred ("one" is a
/// pronoun as often). "10 min", "10-minute" and "ten minutes" are the same quantity.
struct Quantities {
  /// Canonical numbers; see ``NumberSet``.
  private(set) var numbers: Set<String> = []
  /// Numbers with their unit.
  private(set) var measures: Set<Measure> = []

  struct Measure: Hashable {
    let number: String
    let unit: String
  }

  init(_ text: String) {
    numbers = NumberSet.numbers(in: text)
    let parts = Self.parts(of: text)
    for (index, part) in parts.enumerated() {
      guard let number = part.number else { continue }
      numbers.insert(number)
      // A hyphen or nothing may stand between: "10-minute", "10min", "350°F".
      if let unit = index + 1 < parts.count ? parts[index + 1].unit : nil {
        let scale = unit == "degree" && index + 2 < parts.count ? parts[index + 2].scale : nil
        measures.insert(Measure(number: number, unit: scale ?? unit))
      }
      if index > 0, let currency = parts[index - 1].currency {
        measures.insert(Measure(number: number, unit: currency))
      }
    }
  }

  mutating func formUnion(_ other: Quantities) {
    numbers.formUnion(other.numbers)
    measures.formUnion(other.measures)
  }

  /// Whether a word is a number, and so is checked as one.
  static func isNumber(_ word: some StringProtocol) -> Bool {
    numberWords[String(word)] != nil
      || word.unicodeScalars.contains { $0.properties.numericType != nil }
  }

  static func isUnit(_ word: String) -> Bool { units[word] != nil || scales[word] != nil }

  private struct Part {
    var number: String?
    var unit: String?
    var currency: String?
    /// What a degree is one of: "180 degrees Celsius", "180 ° C".
    var scale: String?
  }

  private static func parts(of text: String) -> [Part] {
    tokens(of: text).map { token in
      if token.unicodeScalars.first?.properties.numericType == .decimal {
        return Part(number: NumberSet.numbers(in: token).first)
      }
      let word = token.lowercased()
      return Part(
        number: numberWords[word], unit: units[word] ?? currencies[word],
        currency: currencies[word], scale: scales[word])
    }
  }

  /// Runs of digits with their separators, runs of letters, and single signs.
  private static func tokens(of text: String) -> [String] {
    enum Kind { case digit, letter, sign }
    var tokens: [(kind: Kind, text: String)] = []
    // After a space or hyphen.
    var needsNew = false
    func append(_ kind: Kind, _ scalar: Unicode.Scalar) {
      if !needsNew, tokens.last?.kind == kind {
        tokens[tokens.count - 1].text.unicodeScalars.append(scalar)
      } else {
        tokens.append((kind, String(scalar)))
      }
      needsNew = false
    }
    let scalars = Array(TextFolding.compatibilityComposed(text).unicodeScalars)
    for (index, scalar) in scalars.enumerated() {
      let isMark = scalar == "." || scalar == "," || scalar == "\u{66B}" || scalar == "\u{66C}"
      let next = index + 1 < scalars.count ? scalars[index + 1] : " "
      if scalar.properties.numericType == .decimal
        || isMark && tokens.last?.kind == .digit && next.properties.numericType == .decimal
      {
        append(.digit, scalar)
      } else if scalar.properties.isAlphabetic || scalar == "°" {
        append(.letter, scalar)
      } else if currencies[String(scalar)] != nil || units[String(scalar)] != nil {
        tokens.append((.sign, String(scalar)))
      } else if scalar != "-", !TextFolding.isSpace(scalar) {
        // Anything else parts a number from what follows.
        tokens.append((.sign, ""))
      } else {
        needsNew = true
      }
    }
    return tokens.map(\.text)
  }

  private static let numberWords: [String: String] = [
    "two": "2", "three": "3", "four": "4", "five": "5", "six": "6", "seven": "7", "eight": "8",
    "nine": "9", "ten": "10", "eleven": "11", "twelve": "12", "thirteen": "13", "fourteen": "14",
    "fifteen": "15", "sixteen": "16", "seventeen": "17", "eighteen": "18", "nineteen": "19",
    "twenty": "20", "thirty": "30", "forty": "40", "fifty": "50", "sixty": "60", "seventy": "70",
    "eighty": "80", "ninety": "90", "hundred": "100", "thousand": "1000", "million": "1000000",
    "billion": "1000000000", "dozen": "12",
  ]

  private static let scales = [
    "c": "celsius", "celsius": "celsius", "f": "fahrenheit", "fahrenheit": "fahrenheit",
  ]

  private static let currencies = aliases([
    "$ dollar dollars usd": "dollar", "€ euro euros eur": "euro", "£ gbp": "pound sterling",
    "¥ yen jpy": "yen", "₹ rupee rupees inr": "rupee", "₩ won krw": "won",
    "cent cents": "cent",
  ])

  private static let units = aliases([
    "second seconds sec secs s": "second", "minute minutes min mins": "minute",
    "hour hours hr hrs h": "hour", "day days": "day", "week weeks": "week",
    "month months": "month", "year years yr yrs": "year", "ms millisecond milliseconds": "ms",
    "gram grams gramme grammes g": "gram", "kilogram kilograms kilo kilos kg": "kilogram",
    "mg milligram milligrams": "milligram", "lb lbs pound pounds": "pound",
    "oz ounce ounces": "ounce", "ml milliliter milliliters millilitre millilitres": "millilitre",
    "l liter liters litre litres": "litre", "cup cups": "cup",
    "tbsp tablespoon tablespoons": "tablespoon", "tsp teaspoon teaspoons": "teaspoon",
    "pint pints": "pint", "quart quarts": "quart", "gallon gallons": "gallon",
    "mm millimeter millimeters millimetre millimetres": "millimetre",
    "cm centimeter centimeters centimetre centimetres": "centimetre",
    "m meter meters metre metres": "metre",
    "km kilometer kilometers kilometre kilometres":
      "kilometre", "inch inches": "inch", "foot feet ft": "foot", "yard yards yd": "yard",
    "mile miles": "mile", "°c celsius centigrade": "celsius", "°f fahrenheit": "fahrenheit",
    "° degree degrees": "degree", "% percent": "percent", "volt volts v": "volt",
    "watt watts w": "watt", "mph": "mph", "rpm": "rpm", "times": "times",
  ])

  private static func aliases(_ table: [String: String]) -> [String: String] {
    var aliases: [String: String] = [:]
    for (words, unit) in table {
      for word in words.split(separator: " ") { aliases[String(word)] = unit }
    }
    return aliases
  }
}
