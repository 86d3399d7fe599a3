import CapacityPlan
import Foundation

/// A plan for people, as tables, and for machines, as JSON.
struct PlanReport {
  let plan: Plan
  let currency: String
  /// What the same fleet did in a simulation, where one was run.
  let simulated: PlanSimulation.Result?

  // MARK: Text

  var lines: [String] {
    var lines = rows([
      ["workers", "\(plan.workers)", "\(Self.text(plan.memory)) MB of memory"],
      [
        "partitions", "\(plan.partitions)",
        "the busiest has \(Self.percent(plan.hottestPartitionShare)) of the searches, "
          + "the busiest key \(Self.percent(plan.hottestKeyShare))",
      ],
      [
        "searches a second", Self.text(plan.searchesPerSecond),
        "\(Self.text(plan.peakSearchesPerSecond)) at the busiest time",
      ],
      [
        "calls a second", Self.text(plan.callsPerSecond),
        "\(Self.text(plan.peakCallsPerSecond)) at the busiest time; "
          + "\(Self.percent(plan.savedShare)) of searches need none",
      ],
      [
        "highlights stored", Self.text(plan.storedHighlights),
        "\(Self.text(plan.storeBytes / 1_000_000)) MB",
      ],
      [
        "spend a month", money(plan.monthlySpend),
        "\(money(plan.monthlySaving)) more without fresh answers",
      ],
    ])
    lines +=
      [""]
      + rows(
        [["constraint", "carries, searches/s", "of the target", "what helps"]]
          + plan.bounds.map { bound in
            [
              bound.constraint.rawValue, Self.text(bound.carries),
              bound.carries.isFinite
                ? Self.percent(bound.carries / plan.searchesPerSecond) : "-",
              bound.constraint.remedy,
            ]
          })
    lines += ["", verdict]
    if let simulated { lines += [""] + rows(comparison(simulated)) }
    return lines
  }

  /// What binds, and whether the target is met.
  var verdict: String {
    let bound = plan.binding
    guard bound.carries.isFinite else { return "nothing binds" }
    return plan.isMet
      ? "met; \(bound.constraint.rawValue) binds first, at \(Self.text(bound.carries)) searches/s"
      : "NOT met: \(bound.constraint.rawValue) carries \(Self.text(bound.carries)) searches/s"
  }

  private func comparison(_ simulated: PlanSimulation.Result) -> [[String]] {
    let pairs = [
      ("searches/s done", plan.atPeak.searches, simulated.searches),
      ("calls/s", plan.atPeak.calls, simulated.calls),
      ("limit used", plan.atPeak.limitUsed, simulated.limitUsed),
      ("processors used", plan.atPeak.processorsUsed, simulated.processorsUsed),
    ]
    return [["at the busiest time", "formulae", "simulation", "difference"]]
      + pairs.map { name, formula, run in
        [
          name, Self.text(formula), Self.text(run),
          run > 0 ? Self.percent(abs(formula - run) / run) : "-",
        ]
      } + [["waiting at the end", "", "\(simulated.waiting)", ""]]
  }

  private func money(_ amount: Double) -> String {
    Self.text(amount) + (currency.isEmpty ? "" : " \(currency)")
  }

  private func rows(_ rows: [[String]]) -> [String] {
    let columns = rows.first?.count ?? 0
    let widths = (0..<columns).map { column in rows.map { $0[column].count }.max() ?? 0 }
    return rows.map { row in
      zip(row, widths).enumerated().map { column, cell in
        column == columns - 1
          ? cell.0 : cell.0.padding(toLength: cell.1, withPad: " ", startingAt: 0)
      }.joined(separator: "  ").trimmingCharacters(in: .init(charactersIn: " "))
    }
  }

  private static func percent(_ part: Double) -> String { "\(text(part * 100)) %" }

  /// Three digits that count, and no more before the point than there are.
  private static func text(_ number: Double) -> String {
    guard number.isFinite else { return "unbounded" }
    let size = abs(number)
    let decimals = size >= 100 || size == 0 ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : 3
    let text = String(format: "%.\(decimals)f", number)
    return text.contains(".")
      ? text.replacing(/\.?0+$/, with: "") : text
  }

  // MARK: JSON

  /// One object on one line.
  func json() throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    encoder.keyEncodingStrategy = .convertToSnakeCase
    return String(decoding: try encoder.encode(Object(self)), as: UTF8.self)
  }

  private struct Object: Encodable {
    struct Carried: Encodable {
      let constraint: String
      /// Left out where nothing is bound.
      let searchesPerSecond: Double?
    }

    struct Done: Encodable {
      let searchesPerSecond, callsPerSecond, limitUsed, processorsUsed: Double
      var waiting: Int?
    }

    let workers, partitions: Int
    let searchesPerSecond, peakSearchesPerSecond, callsPerSecond, peakCallsPerSecond: Double
    let savedShare, hottestKeyShare, hottestPartitionShare: Double
    let memoryMb, storedHighlights, storeBytes, monthlySpend, monthlySaving: Double
    let currency: String?
    let binding: String
    let isMet: Bool
    let bounds: [Carried]
    let atPeak: Done
    let simulated: Done?

    init(_ report: PlanReport) {
      let plan = report.plan
      (workers, partitions) = (plan.workers, plan.partitions)
      searchesPerSecond = plan.searchesPerSecond
      peakSearchesPerSecond = plan.peakSearchesPerSecond
      callsPerSecond = plan.callsPerSecond
      peakCallsPerSecond = plan.peakCallsPerSecond
      savedShare = plan.savedShare
      hottestKeyShare = plan.hottestKeyShare
      hottestPartitionShare = plan.hottestPartitionShare
      memoryMb = plan.memory
      storedHighlights = plan.storedHighlights
      storeBytes = plan.storeBytes
      monthlySpend = plan.monthlySpend
      monthlySaving = plan.monthlySaving
      currency = report.currency.isEmpty ? nil : report.currency
      binding = plan.binding.constraint.rawValue
      isMet = plan.isMet
      bounds = plan.bounds.map {
        Carried(
          constraint: $0.constraint.rawValue,
          searchesPerSecond: $0.carries.isFinite ? $0.carries : nil)
      }
      atPeak = Done(
        searchesPerSecond: plan.atPeak.searches, callsPerSecond: plan.atPeak.calls,
        limitUsed: plan.atPeak.limitUsed, processorsUsed: plan.atPeak.processorsUsed)
      simulated = report.simulated.map {
        Done(
          searchesPerSecond: $0.searches, callsPerSecond: $0.calls, limitUsed: $0.limitUsed,
          processorsUsed: $0.processorsUsed, waiting: $0.waiting)
      }
    }
  }
}
