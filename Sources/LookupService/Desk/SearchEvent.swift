/// What somebody who waits for a search is told.
enum SearchEvent: Sendable {
  case highlight(PreparedHighlight)
  /// It ended with a highlight that has not come by yet: the store may have it.
  case ended
  /// Nothing yet.
  case waiting
  /// It waits for a cause, or, with nil, for none any more.
  case held(SearchHold?)
  /// It will not get one this time.
  case failed(APIError)
}

/// A key in a variant.
struct VariantKey: Sendable, Hashable {
  var key: String
  var variant: String
}

/// What a look-up is answered with.
enum LookupReply: Sendable {
  /// Also one that says that there is no answer, or that it was withdrawn.
  case highlight(PreparedHighlight, Freshness)
  /// Its search was published, now or before, and has not ended.
  case queued(retryAfter: Duration)
}
