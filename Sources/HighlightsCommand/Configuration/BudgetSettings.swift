/// What the whole fleet may spend on calls in a period.
struct BudgetSettings: Sendable, Hashable {
  /// In UTC, from the start of the hour, day or month.
  enum Period: String, Sendable { case hour, day, month }

  /// Millionths of ``currency``, above 0; nothing means no budget.
  let amountMicros: Int?
  /// ISO 4217.
  let currency: String
  let period: Period
  /// Percent of the budget.
  let warnAt: Int
  /// Percent of the budget from which on backfill is held; everything is at 100.
  let backfillUntil: Int
  /// Percent of a partition's part of the budget that is reserved at a time.
  let block: Int

  init(_ values: ConfigurationValues) {
    amountMicros = values.optionalText("budget.amount").flatMap(Quantity.micros)
    currency = values.text("budget.currency")
    period = values.choice("budget.period")
    warnAt = values.integer("budget.warn_at")
    backfillUntil = values.integer("budget.backfill_until")
    block = values.integer("budget.block")
  }
}
