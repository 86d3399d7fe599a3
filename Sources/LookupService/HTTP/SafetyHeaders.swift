import HTTPTypes

/// The headers that keep browsers from guessing, and from showing an answer to pages that may not read it.
struct SafetyHeaders: Sendable {
  let allowedOrigins: [String]

  /// - Parameter origin: The page that asks.
  func add(to headers: inout HTTPFields, origin: String?) {
    headers[.xContentTypeOptions] = "nosniff"
    if !headers.contains(.contentSecurityPolicy) {
      headers.append(
        HTTPField(
          name: .contentSecurityPolicy, value: "default-src 'none'; frame-ancestors 'none'"))
    }
    allow(origin, &headers)
  }

  /// Lets the pages of configured origins read the answer; without one, browsers keep it from them.
  private func allow(_ origin: String?, _ headers: inout HTTPFields) {
    guard !allowedOrigins.isEmpty else { return }
    if allowedOrigins.contains("*") {
      headers[.accessControlAllowOrigin] = "*"
    } else {
      headers[.vary] = "Origin"
      guard let origin, allowedOrigins.contains(origin) else { return }
      headers[.accessControlAllowOrigin] = origin
    }
    headers[.accessControlExposeHeaders] = "Age, ETag, Retry-After, X-Highlight"
  }
}
