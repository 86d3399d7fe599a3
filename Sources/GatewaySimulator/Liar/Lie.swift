/// The kinds of false sentence that a liar mixes in.
public enum Lie: String, Sendable, CaseIterable {
  /// A quote that stands nowhere.
  case inventedQuote
  /// A true quote from a segment number that does not exist.
  case unknownSegment
  /// A true quote under the number of a segment that does not have it.
  case wrongSegment
  /// Another number, or one where the segment has none; the quote is true.
  case wrongNumber
  /// Another unit; the quote is true.
  case wrongUnit
  /// Another month or year, or one where the segment has none; the quote is true.
  case wrongDate
  /// Another number in words; the quote is true.
  case wrongNumberWord
  /// A price that the segment does not name; the quote is true.
  case addedPrice
  /// A name that the segment does not have; the quote is true.
  case addedName
  /// The opposite of what the segment says; the quote is true.
  case negated
  /// Something that has nothing to do with the segment; the quote is true.
  case offTopic
  /// Something in a language that was not asked for; the quote is true.
  case otherLanguage
  /// An address put into a sentence; the quote is true.
  case link
  /// A handle or hash tag put into a sentence; the quote is true.
  case handle
  /// A sentence wrapped in markup; the quote is true.
  case markup
  /// What a segment says, without a citation.
  case noCitations
  /// Two citations, the second one invented.
  case oneInvented
  /// The same over and over, longer than any highlight; the quote is true.
  case overlong
}
