/// How long a budget lasts; it begins and ends by the clock of UTC.
public enum BudgetPeriod: String, Sendable, Hashable, CaseIterable {
  case hour, day, month

  /// The number of the period that holds a time, ascending without gaps.
  func number(at seconds: Int) -> Int {
    switch self {
    case .hour: floor(seconds, 3_600)
    case .day: floor(seconds, 86_400)
    case .month: Self.month(ofDay: floor(seconds, 86_400))
    }
  }

  /// When a period ends, in seconds since 1970.
  func end(of number: Int) -> Int {
    switch self {
    case .hour: (number + 1) * 3_600
    case .day: (number + 1) * 86_400
    case .month: Self.firstDay(ofMonth: number + 1) * 86_400
    }
  }

  private func floor(_ value: Int, _ unit: Int) -> Int {
    value >= 0 ? value / unit : -((unit - 1 - value) / unit)
  }

  // Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms": years begin in March, so that a leap day is the
  // last of its year. Months count from January 1970.

  private static func month(ofDay day: Int) -> Int {
    let shifted = day + 719_468
    let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
    let dayOfEra = shifted - era * 146_097
    let year = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * year + year / 4 - year / 100)
    let month = (5 * dayOfYear + 2) / 153
    return (year + era * 400 - 1_970) * 12 + month + 2
  }

  private static func firstDay(ofMonth number: Int) -> Int {
    let months = number - 2 + 1_970 * 12
    let (year, month) = (months >= 0 ? months / 12 : (months - 11) / 12, (months % 12 + 12) % 12)
    let era = (year >= 0 ? year : year - 399) / 400
    let yearOfEra = year - era * 400
    let dayOfYear = (153 * month + 2) / 5
    return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
  }
}
