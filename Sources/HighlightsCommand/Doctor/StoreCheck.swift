import HighlightStore

/// Whether the store can be opened and read.
struct StoreCheck {
  let settings: StoreSettings

  func finding() async -> Finding {
    do {
      let (store, name) = try settings.open(reading: true)
      let result: Result<Int, any Error>
      do { result = .success(try await store.count()) } catch { result = .failure(error) }
      try await store.close()
      return Finding(check: "store", verdict: .ok, found: "\(name): \(try result.get()) highlights")
    } catch let error as StoreError where error.reason == .fileMissing {
      return Finding(
        check: "store", verdict: .warn, found: "\(settings.path): not there yet",
        advice: "the cache writer makes it (`highlights cache`)")
    } catch {
      return Finding(check: "store", verdict: .fail, found: "\(error)")
    }
  }
}
