/// Why a sentence the model wrote is not published: a key of `dropped_sentences`.
///
/// In the order in which sentences are checked; the first that applies is counted.
public enum DropReason: String, Sendable, Hashable, CaseIterable {
  case emptySentence = "empty_sentence"
  case noCitation = "no_citation"
  /// A label that stands for no segment that was sent.
  case unknownSegment = "unknown_segment"
  case quoteNotVerbatim = "quote_not_verbatim"
  /// A cited segment has nothing in common with the search, the videos' titles or other segments.
  case offTopic = "off_topic"
  /// A number, price or date that stands in none of the segments cited.
  case unsupportedNumber = "unsupported_number"
  /// A number that stands there with another unit or currency, or without.
  case unsupportedUnit = "unsupported_unit"
  /// A capitalised name that stands in none of the segments cited.
  case unsupportedName = "unsupported_name"
  /// It denies what the quotes affirm, or the reverse.
  case negation
  /// Too few of its content words stand in the segments cited, or one is taken from elsewhere.
  case unsupportedWords = "unsupported_words"
  /// It asks instead of saying something.
  case question
  /// It is not in the search's language.
  case wrongLanguage = "wrong_language"
  /// It, or a quote of it, holds a URL, a handle, markup or control characters.
  case unsafeText = "unsafe_text"
  case tooLong = "too_long"
  /// It says the same as one before it.
  case repeated
  /// It passed, but enough others stand before it.
  case tooManySentences = "too_many_sentences"
  /// It passed, but too few others did for a highlight.
  case tooFewSentences = "too_few_sentences"
}
