/// Who is being answered and who waits, first come first served.
///
/// A value without waiting of its own: `Ticket` names a request, and the caller resumes it.
struct AdmissionQueue {
  typealias Ticket = UInt64

  enum Entry: Equatable {
    case admitted
    case waiting(Ticket)
    case refused
  }

  let limit: Int
  let maxWaiting: Int
  private(set) var inFlight = 0
  private(set) var maxInFlight = 0
  // Tickets are dealt in order; those that left early are passed over when their turn comes.
  private var waiting: Set<Ticket> = []
  private var nextTicket: Ticket = 0
  private var nextTurn: Ticket = 0

  init(limit: Int?, maxWaiting: Int) {
    self.limit = limit ?? .max
    self.maxWaiting = maxWaiting
  }

  var queued: Int { waiting.count }

  /// Whether the next to enter is refused.
  var isFull: Bool { inFlight >= limit && waiting.count >= maxWaiting }

  func isWaiting(_ ticket: Ticket) -> Bool { waiting.contains(ticket) }

  mutating func enter() -> Entry {
    if inFlight < limit {
      inFlight += 1
      maxInFlight = max(maxInFlight, inFlight)
      return .admitted
    }
    guard !isFull else { return .refused }
    defer { nextTicket += 1 }
    waiting.insert(nextTicket)
    return .waiting(nextTicket)
  }

  /// Gives up a place; returns who takes it over.
  mutating func leave() -> Ticket? {
    while nextTurn < nextTicket {
      defer { nextTurn += 1 }
      if waiting.remove(nextTurn) != nil { return nextTurn }
    }
    inFlight -= 1
    return nil
  }

  /// Takes a waiting request out.
  mutating func abandon(_ ticket: Ticket) {
    waiting.remove(ticket)
  }
}
