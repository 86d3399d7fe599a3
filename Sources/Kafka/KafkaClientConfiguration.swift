/// How to reach the brokers; shared by producers, consumers and admin clients.
public struct KafkaClientConfiguration: Sendable {
  /// How the connection is protected.
  public enum SecurityProtocol: String, Sendable, CaseIterable {
    case plaintext, ssl
    case saslPlaintext = "sasl_plaintext"
    case saslSSL = "sasl_ssl"
  }

  /// Name and password for SASL.
  public struct SASL: Sendable {
    public enum Mechanism: String, Sendable, CaseIterable {
      case plain = "PLAIN"
      case scramSHA256 = "SCRAM-SHA-256"
      case scramSHA512 = "SCRAM-SHA-512"
    }
    public var mechanism: Mechanism
    public var username: String
    public var password: String

    public init(mechanism: Mechanism, username: String, password: String) {
      self.mechanism = mechanism
      self.username = username
      self.password = password
    }
  }

  /// Addresses as `host:port`; at least one.
  public var bootstrapServers: [String]
  /// How the client names itself to the brokers.
  public var clientID: String
  public var security: SecurityProtocol = .plaintext
  /// PEM file of the certificate authorities to trust; nil for the system's.
  public var certificateAuthorityFile: String?
  public var sasl: SASL?
  /// Largest message in bytes that is produced or fetched; the brokers' `message.max.bytes` rules too.
  public var messageMaxBytes: Int = 1_000_000
  /// How often producers and consumers tell their statistics to who asks for them; nil for never.
  public var statisticsInterval: Duration?
  /// Any other librdkafka property. One that a typed setting owns, or that librdkafka does not know,
  /// is refused.
  public var properties: [String: String] = [:]

  public init(bootstrapServers: [String], clientID: String = "kafka") {
    self.bootstrapServers = bootstrapServers
    self.clientID = clientID
  }

  /// The librdkafka properties that the typed settings stand for.
  func typedProperties() throws(KafkaError) -> [String: String] {
    let servers = bootstrapServers.joined(separator: ",")
    guard !bootstrapServers.isEmpty, !bootstrapServers.contains("") else {
      throw .configuration(
        key: "bootstrap.servers", value: servers, reason: "needs at least one host:port")
    }
    guard (1_000...1_000_000_000).contains(messageMaxBytes) else {
      throw .configuration(
        key: "message.max.bytes", value: "\(messageMaxBytes)", reason: "allowed: 1000 to 1000000000"
      )
    }
    var typed = [
      "bootstrap.servers": servers,
      "client.id": clientID,
      "security.protocol": security.rawValue,
      "message.max.bytes": "\(messageMaxBytes)",
    ]
    if let statisticsInterval {
      typed["statistics.interval.ms"] = "\(max(1, statisticsInterval.wholeMilliseconds))"
    }
    if let file = certificateAuthorityFile {
      guard security == .ssl || security == .saslSSL else {
        throw .configuration(
          key: "ssl.ca.location", value: file,
          reason: "contradicts security.protocol=\(security.rawValue); allowed with ssl, sasl_ssl")
      }
      typed["ssl.ca.location"] = file
    }
    let wantsSASL = security == .saslPlaintext || security == .saslSSL
    switch (sasl, wantsSASL) {
    case (let sasl?, true):
      typed["sasl.mechanism"] = sasl.mechanism.rawValue
      typed["sasl.username"] = sasl.username
      typed["sasl.password"] = sasl.password
    case (let sasl?, false):
      throw .configuration(
        key: "sasl.mechanism", value: sasl.mechanism.rawValue,
        reason:
          "contradicts security.protocol=\(security.rawValue); allowed with sasl_plaintext, sasl_ssl"
      )
    case (nil, true):
      throw .configuration(
        key: "security.protocol", value: security.rawValue, reason: "needs SASL name and password")
    case (nil, false): break
    }
    return typed
  }

  /// The typed settings and `properties` together.
  func merged(with roleProperties: [String: String]) throws(KafkaError) -> [String: String] {
    var typed = try typedProperties()
    typed.merge(roleProperties) { _, role in role }
    for (key, value) in properties.sorted(by: { $0.key < $1.key }) {
      let name = PropertyNames.canonical(key)
      if let owned = typed[name] {
        throw .configuration(
          key: key, value: PropertyNames.shown(value, of: key),
          reason: "a typed setting says \(name)=\(PropertyNames.shown(owned, of: name)) already; "
            + "change that one")
      }
      typed[key] = value
    }
    return typed
  }
}

// Passwords and keys stay out of logs, whichever way the settings get there.

extension KafkaClientConfiguration.SASL: CustomReflectable, CustomStringConvertible {
  public var description: String { "\(mechanism.rawValue) as \(username)" }

  public var customMirror: Mirror {
    Mirror(self, children: ["mechanism": mechanism, "username": username, "password": "***"])
  }
}

extension KafkaClientConfiguration: CustomReflectable, CustomStringConvertible {
  public var description: String {
    let authentication = sasl.map { ", \($0)" } ?? ""
    let others = shownProperties.sorted { $0.key < $1.key }.map { ", \($0.key)=\($0.value)" }
    return "\(bootstrapServers.joined(separator: ",")) by \(security.rawValue)\(authentication), "
      + "client.id=\(clientID)\(others.joined())"
  }

  public var customMirror: Mirror {
    Mirror(
      self,
      children: [
        "bootstrapServers": bootstrapServers, "clientID": clientID, "security": security,
        "certificateAuthorityFile": certificateAuthorityFile as Any, "sasl": sasl as Any,
        "messageMaxBytes": messageMaxBytes, "properties": shownProperties,
      ])
  }

  private var shownProperties: [String: String] {
    properties.reduce(into: [:]) { $0[$1.key] = PropertyNames.shown($1.value, of: $1.key) }
  }
}
