/// The numbers of a text, the units it names, and which number has which unit or currency.
///
/// Numbers are written in digits of any script, or as English number words ("one" is a pronoun as
/// often, and counts beside a unit only). "10 min", "10-minute" and "ten minutes" are the same.
struct Quantities {
  /// Canonical numbers; see ``NumberSet``.
  private(set) var numbers: Set<String> = []
  /// Canonical names of all units and currencies, with a number or without: "a minute more".
  private(set) var units: Set<String> = []
  private(set) var measures: Set<Measure> = []

  struct Measure: Hashable {
    let number: String
    let unit: String
  }

  var isEmpty: Bool { numbers.isEmpty && units.isEmpty }

  init(_ text: String) {
    guard Self.mayStand(in: text) else { return }
    numbers = NumberSet.numbers(in: text)
    let parts = Self.parts(of: text)
    for (index, part) in parts.enumerated() {
      // A single letter is a unit beside a number only.
      if let unit = part.unit, !part.isLetter { units.insert(unit) }
      guard let number = part.number else { continue }
      if !part.isPronoun { numbers.insert(number) }
      if let unit = Self.unit(after: index, in: parts) {
        units.insert(unit)
        measures.insert(Measure(number: number, unit: unit))
      }
      if index > 0, let currency = parts[index - 1].currency {
        measures.insert(Measure(number: number, unit: currency))
      }
    }
    // "180 degrees Celsius" names no more than "180 °C".
    if units.contains("celsius") || units.contains("fahrenheit") { units.insert("degree") }
  }

  mutating func formUnion(_ other: Quantities) {
    numbers.formUnion(other.numbers)
    units.formUnion(other.units)
    measures.formUnion(other.measures)
  }

  /// Whether a word is a number, and so is checked as one.
  static func isNumber(_ term: Term, _ word: ArraySlice<UInt8>) -> Bool {
    if word.contains(where: { (0x30...0x39).contains($0) }) || numberTerms.contains(term) {
      return true
    }
    guard word.contains(where: { $0 >= 0x80 }) else { return false }
    return String(decoding: word, as: UTF8.self).unicodeScalars.contains {
      $0.properties.numericType != nil
    }
  }

  /// The canonical unit that a word names.
  static func unit(_ word: ArraySlice<UInt8>) -> String? {
    unitNames[String(decoding: word, as: UTF8.self)]
  }

  /// Whether a word is a scale's name, which is capitalised and no name.
  static func isScale(_ word: String) -> Bool { scales[word] != nil }

  private struct Part {
    var number: String?
    var unit: String?
    var currency: String?
    /// What a degree is one of: "180 degrees Celsius", "180 ° C".
    var scale: String?
    var isLetter = false
    /// "one" and "a": numbers beside a unit.
    var isPronoun = false
    /// Stands between a number and its unit: "11 cubic metres".
    var isBetween = false
  }

  /// A hyphen, nothing or one of a few words may stand between: "10-minute", "350°F".
  private static func unit(after index: Int, in parts: [Part]) -> String? {
    var next = index + 1
    if next < parts.count, parts[next].isBetween { next += 1 }
    guard next < parts.count, let unit = parts[next].unit else { return nil }
    guard unit == "degree", next + 1 < parts.count else { return unit }
    return parts[next + 1].scale ?? unit
  }

  /// Nearly every sentence is passed over by this.
  private static func mayStand(in text: String) -> Bool {
    for byte in text.utf8
    where byte >= 0x80 || (0x30...0x39).contains(byte) || byte == 0x24 || byte == 0x25 {
      return true
    }
    var found = false
    TermReader.read(text) { term, _ in found = found || quantityTerms.contains(term) }
    return found
  }

  private static func parts(of text: String) -> [Part] {
    tokens(of: text).map { token in
      if token.unicodeScalars.first?.properties.numericType == .decimal {
        return Part(number: NumberSet.numbers(in: token).first)
      }
      return vocabulary[token.lowercased()] ?? Part()
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
      if isDigit(scalar) || isMark && tokens.last?.kind == .digit && isDigit(next) {
        append(.digit, scalar)
      } else if isLetter(scalar) || scalar == "°" {
        append(.letter, scalar)
      } else if unitNames[String(scalar)] != nil {
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

  /// All words that mean something here.
  private static let vocabulary: [String: Part] = {
    var parts: [String: Part] = [:]
    for word in [
      Array(numberWords.keys), Array(unitNames.keys), Array(scales.keys), Array(between),
    ].joined() {
      parts[word] = Part(
        number: numberWords[word], unit: unitNames[word], currency: currencies[word],
        scale: scales[word], isLetter: word.utf8.count == 1 && word.first?.isLetter == true,
        isBetween: between.contains(word))
    }
    for (word, number) in articles { parts[word] = Part(number: number, isPronoun: true) }
    return parts
  }()

  private static func isDigit(_ scalar: Unicode.Scalar) -> Bool {
    scalar.value < 0x80
      ? (0x30...0x39).contains(scalar.value) : scalar.properties.numericType == .decimal
  }

  private static func isLetter(_ scalar: Unicode.Scalar) -> Bool {
    scalar.value < 0x80
      ? (0x61...0x7A).contains(scalar.value | 0x20) : scalar.properties.isAlphabetic
  }

  private static let articles = ["a": "1", "an": "1", "one": "1", "half": "0.5"]

  private static let between: Set<String> = [
    "cubic", "square", "fluid", "metric", "more", "extra", "full", "heaped", "level", "large",
    "small", "further",
  ]

  private static let unitNames = currencies.merging(measuringUnits) { first, _ in first }
  private static let numberTerms = Set(numberWords.keys.map(Term.init(word:)))
  private static let quantityTerms = numberTerms.union(
    unitNames.keys.filter { $0.allSatisfy(\.isLetter) }.map(Term.init(word:)))

  private static let currencies = aliases([
    "$ dollar dollars usd": "dollar", "€ euro euros eur": "euro", "£ gbp": "pound sterling",
    "¥ yen jpy": "yen", "₹ rupee rupees inr": "rupee", "₩ won krw": "won",
    "cent cents": "cent",
  ])

  private static let measuringUnits = aliases([
    "second seconds sec secs s": "second", "minute minutes min mins": "minute",
    "hour hours hr hrs h": "hour", "day days": "day", "week weeks": "week",
    "month months": "month", "year years yr yrs": "year", "ms millisecond milliseconds": "ms",
    "gram grams gramme grammes g": "gram", "kilogram kilograms kilo kilos kg": "kilogram",
    "mg milligram milligrams": "milligram", "lb lbs pound pounds": "pound",
    "oz ounce ounces": "ounce", "ml milliliter milliliters millilitre millilitres": "millilitre",
    "l liter liters litre litres": "litre", "cup cups": "cup",
    "tbsp tablespoon tablespoons": "tablespoon", "tsp teaspoon teaspoons": "teaspoon",
    "spoon spoons spoonful": "spoon",
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
