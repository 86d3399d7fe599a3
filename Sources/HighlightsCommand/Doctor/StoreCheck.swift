import HighlightStore

/// Whether the store can be opened.
struct StoreCheck {
  let path: String

  func finding() async -> Finding {
    do {
      let store = try SQLiteHighlightStore(readingFrom: path)
      let count = try await store.count()
      try await store.close()
      return Finding(check: "store", verdict: .ok, found: "\(path): \(count) highlights")
    } catch let error as StoreError where error.reason == .fileMissing {
      return Finding(
        check: "store", verdict: .warn, found: "\(path): not there yet",
        advice: "the cache writer makes it (`highlights cache`)")
    } catch {
      return Finding(check: "store", verdict: .fail, found: "\(path): \(error)")
    }
  }
}
