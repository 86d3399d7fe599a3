/// Why a sentence the model wrote is not published: a key of `dropped_sentences`.
public enum DropReason: String, Sendable, Hashable, CaseIterable {
  case emptySentence = "empty_sentence"
  case tooLong = "too_long"
  /// It, or a quote of it, holds a URL, a handle, markup or control characters.
  case unsafeText = "unsafe_text"
  case noCitation = "no_citation"
  /// A label that stands for no segment that was sent.
  case unknownSegment = "unknown_segment"
  case quoteNotVerbatim = "quote_not_verbatim"
  /// A number that stands in none of the segments cited.
  case unsupportedNumber = "unsupported_number"
  /// It passed, but enough others stand before it.
  case tooManySentences = "too_many_sentences"
}
