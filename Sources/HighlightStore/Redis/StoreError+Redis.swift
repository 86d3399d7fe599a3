extension StoreError {
  /// Names what a Redis server answered.
  init(redis text: String, path: String) {
    // Before version 7 an error within a script came inside another one.
    let code = text.contains("OOM command not allowed") ? "OOM" : text.prefix { $0 != " " }
    let reason: Reason =
      switch code {
      case "NOAUTH", "WRONGPASS", "NOPERM": .accessDenied
      case "ERR" where text.contains("AUTH") || text.contains("invalid password"): .accessDenied
      case "OOM": .memoryFull
      case "LOADING", "BUSY", "MASTERDOWN", "READONLY", "CLUSTERDOWN", "TRYAGAIN", "NOREPLICAS",
        "MISCONF":
        .unavailable
      case "HLLAYOUT": .newerSchema
      case "HLOLDER": .olderSchema
      case "HLDAMAGED", "WRONGTYPE": .corrupt
      default: .failed
      }
    self.init(reason, path: path, cause: RedisProblem(text))
  }
}
