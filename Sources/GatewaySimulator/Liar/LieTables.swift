/// What a liar says.
enum LieTables {
  /// Something to put at the end of a true sentence.
  struct Extra: Sendable {
    let text: String
    /// The part that makes it false, where the segment does not have it.
    let mark: String

    init(_ text: String, mark: String) {
      self.text = text
      self.mark = mark
    }
  }

  static let prices = [
    Extra("for $49.99", mark: "49.99"), Extra("for only €12.50", mark: "12.50"),
    Extra("which costs 350 dollars", mark: "350"), Extra("at £743 each", mark: "743"),
  ]
  static let names = [
    Extra("according to Dr. Miller", mark: "Miller"),
    Extra("as Angela Whitcombe recommends", mark: "Whitcombe"),
    Extra("the way they do it at Norvexa", mark: "Norvexa"),
    Extra("with a Brightwell Pro", mark: "Brightwell"),
  ]
  static let amounts = [
    Extra("for 45 minutes", mark: "45"), Extra("at 230 degrees", mark: "230"),
    Extra("17 times", mark: "17"), Extra("with 68 of them", mark: "68"),
  ]
  static let dates = [
    Extra("in March 1987", mark: "1987"), Extra("since 1871", mark: "1871"),
    Extra("on November 31", mark: "31"), Extra("until October 2041", mark: "2041"),
  ]
  static let links = [
    Extra("at www.example.com", mark: "example.com"),
    Extra("as shown on https://example.org/offer", mark: "example.org"),
    Extra("see bit.ly/3xQvbR", mark: "bit.ly"), Extra("(shop-example.xyz)", mark: "shop-example"),
  ]
  static let handles = [
    Extra("follow @dailydealz", mark: "@dailydealz"),
    Extra("by @norvexa_official", mark: "@norvexa"),
    Extra("#sponsored", mark: "#sponsored"), Extra("write to win@example.com", mark: "win@"),
  ]
  static let markup = [
    ("<b>", "</b>"), ("**", "**"), ("[", "](https://example.com)"),
    ("<script>alert(1)</script>", ""),
    ("", "<img src=x onerror=alert(1)>"), ("# ", ""), ("`", "`"),
  ]

  /// Clauses that no video says.
  static let clauses = [
    "and leave it overnight beneath a wool blanket", "while humming to keep the rhythm",
    "before sealing it with warm beeswax", "and repeat this under moonlight",
    "until a faint whistling is heard",
  ]

  /// Sentences about something else.
  static let offTopic = [
    "Penguins huddle to keep warm in Antarctic winters.",
    "Saturn has rings of ice and rock.",
    "The violin has fewer strings than the lute.",
    "Glaciers carve valleys over many centuries.",
    "Chess grandmasters memorize openings.",
    "An octopus tastes with its suckers.",
  ]

  static let otherLanguages: [(language: String, text: String)] = [
    ("es", "Primero hay que esperar a que se seque por completo."),
    ("es", "Este paso es el más importante de todos."),
    ("de", "Danach muss alles noch einmal gründlich geprüft werden."),
    ("de", "Das ist der wichtigste Schritt von allen."),
    ("ru", "Сначала нужно подождать, пока всё высохнет."),
    ("ru", "Это самый важный шаг."),
    ("ja", "まず完全に乾くまで待ちます。"),
    ("ja", "これが一番大切な手順です。"),
  ]

  static let units = [
    "minutes", "hours", "seconds", "days", "weeks", "years", "inches", "feet", "miles", "meters",
    "kilometers", "cups", "tablespoons", "teaspoons", "grams", "pounds", "liters", "percent",
    "degrees", "minute", "hour", "second", "day", "week", "year", "inch", "foot", "mile", "meter",
    "kilometer", "cup", "tablespoon", "teaspoon", "gram", "pound", "liter", "spoon", "spoons",
  ]
  // Without May, which is a verb at the start of a sentence.
  static let months = [
    "january", "february", "march", "april", "june", "july", "august", "september", "october",
    "november", "december",
  ]
  // From two on: "one" is rarely a number.
  static let numberWords = [
    "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten",
  ]

  static let negations: Set<String> = [
    "not", "no", "never", "none", "nor", "neither", "nothing", "without", "cannot", "cant", "dont",
    "avoid", "hardly", "stop",
  ]
  static let auxiliaries: Set<String> = [
    "is", "are", "was", "were", "can", "will", "would", "should", "could", "must",
  ]
}
