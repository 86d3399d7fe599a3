extension ConfigurationSchema {
  static let callLimits = ConfigurationSection(
    name: "limits",
    comment: "How the limits of gateway.models_file are used. Without that file there are none.",
    keys: [
      ConfigurationKey(
        "limits.share", .choice(["partitions", "fixed", "all"]), default: "partitions",
        """
        The part of a model's limits that this worker may use. partitions: its partitions of
        kafka.topics.queries out of all, so that the fleet keeps the limits together. fixed:
        limits.fixed_share. all: everything; with more than one worker the limits are exceeded.
        """, change: "Needs a restart of every worker, together."),
      ConfigurationKey(
        "limits.fixed_share", .integer(1...100), default: "100",
        """
        Percent of the limits with limits.share fixed. Those of all workers must not exceed 100
        together, which nobody checks.
        """),
      ConfigurationKey(
        "limits.burst", .duration(.milliseconds(100) ... .seconds(5)), default: "300ms",
        """
        How far calls may run ahead of an even pace. Long: less of the limit is used, as what runs
        ahead has to fit into it too. Short: a pause of this process cannot be caught up.
        """),
      ConfigurationKey(
        "limits.interactive_floor", .integer(0...100), default: "90",
        """
        Percent of the limits that kafka.topics.backfill leaves to the other searches while any of
        them wait. Without such it takes all, half of limits.burst later than it could, so that those
        who come find some left. 100: backfill stands still while others wait.
        """),
    ])

  static let budget = ConfigurationSection(
    name: "budget", comment: "What the fleet may spend on calls, all workers together.",
    keys: [
      ConfigurationKey(
        "budget.amount", .text(.amount), default: "",
        """
        The most that is spent in one budget.period, such as 1.00; empty: no budget. Searches that
        it stops are held, not dead, and go on with the next period or a larger budget. Needs
        gateway.models_file with a price of every model that may be called.
        """, change: "Needs a restart of every worker, together."),
      ConfigurationKey(
        "budget.currency", .text(.currency), default: "USD",
        "The budget's currency, which must be that of the prices: nothing is converted.",
        change: "Needs a restart of every worker, together."),
      ConfigurationKey(
        "budget.period", .choice(["hour", "day", "month"]), default: "day",
        "What budget.amount is for. It begins with the hour, day or month of UTC.",
        change: "Needs a restart of every worker, together."),
      ConfigurationKey(
        "budget.warn_at", .integer(1...100), default: "80",
        "Percent of the budget spent from which on workers warn."),
      ConfigurationKey(
        "budget.backfill_until", .integer(0...100), default: "95",
        """
        Percent of the budget spent from which on kafka.topics.backfill is held, so that the rest
        is left to people who wait. All else is held at 100.
        """),
      ConfigurationKey(
        "budget.block", .integer(1...100), default: "5",
        """
        Percent of a partition's part of the budget that a worker reserves at a time. Large: a
        crash forfeits more, at most one block a partition. Small: more commits.
        """),
    ])
}
