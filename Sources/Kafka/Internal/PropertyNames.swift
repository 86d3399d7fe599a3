/// What the names of librdkafka's properties say about them.
enum PropertyNames {
  /// librdkafka's second names for properties that typed settings own (CONFIGURATION.md, "Alias for").
  private static let aliases = [
    "metadata.broker.list": "bootstrap.servers",
    "sasl.mechanisms": "sasl.mechanism",
    "request.required.acks": "acks",
    "message.timeout.ms": "delivery.timeout.ms",
    "queue.buffering.max.ms": "linger.ms",
    "compression.type": "compression.codec",
  ]

  private static let secrets = ["password", "secret", "key.pem", "oauthbearer.config"]

  /// The name that typed settings use for a property.
  static func canonical(_ name: String) -> String { aliases[name] ?? name }

  /// The value as it may be shown: passwords and keys are not.
  static func shown(_ value: String, of name: String) -> String {
    secrets.contains { name.contains($0) } ? "***" : value
  }
}
