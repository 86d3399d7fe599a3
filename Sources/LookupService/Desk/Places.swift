/// A fixed number of places that one task takes and others give back.
actor Places {
  private var free: Int
  private var waiting: CheckedContinuation<Void, Never>?

  init(_ count: Int) {
    free = count
  }

  /// Waits for a place; only one task may take places.
  func take() async {
    guard free == 0 else {
      free -= 1
      return
    }
    await withCheckedContinuation { waiting = $0 }
  }

  func giveBack() {
    if let waiting {
      self.waiting = nil
      waiting.resume()
    } else {
      free += 1
    }
  }
}
