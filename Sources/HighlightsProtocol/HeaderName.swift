/// Names of the record headers we read and write.
public enum HeaderName {
  /// CloudEvents' Kafka binding, binary content mode: version of the specification, "1.0".
  public static let eventSpecVersion = "ce_specversion"
  /// CloudEvents: identifies the event within its source.
  public static let eventID = "ce_id"
  /// CloudEvents: what kind of event, such as "highlights.v1.SearchQuery".
  public static let eventType = "ce_type"
  /// CloudEvents: where it comes from, a URI reference.
  public static let eventSource = "ce_source"
  /// CloudEvents: when it happened, RFC 3339.
  public static let eventTime = "ce_time"
  /// The media type of the record's value; see ``MessageFormat``.
  public static let contentType = "content-type"

  /// W3C Trace Context: see ``TraceParent``.
  public static let traceParent = "traceparent"
  /// W3C Trace Context: what tracing vendors add, passed on unread.
  public static let traceState = "tracestate"

  /// Present with "true": write a new highlight even if a fresh one exists.
  public static let forceRefresh = "force_refresh"
  /// The variant to write the highlight as: a declared one; "default" or empty for the default one. Absent: the live
  /// one. An unknown one makes the search a dead letter.
  public static let variant = "variant"
  /// The withdrawal epoch of the key that the publisher knows of, as a decimal number: a worker that has heard of a lower
  /// one only waits a moment, so that a highlight which was just restored is not taken for withdrawn.
  public static let withdrawalEpoch = "withdrawal_epoch"
  /// Present when the record was already sent on once to the partition of its key.
  public static let forwarded = "forwarded"
  /// The job that replays the record: nobody waits for it, so its deadline is not looked at.
  public static let replayJob = "replay_job"
  /// What earlier tries of a search took: calls, wasted tokens, millionths of a currency and the currency, apart by ";".
  public static let spent = "spent"
}
