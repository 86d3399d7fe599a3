import Testing

@testable import Kafka

@Suite("Configuration") struct KafkaConfigurationTests {
  let client = KafkaClientConfiguration(bootstrapServers: ["127.0.0.1:1"])

  private func refusal(_ body: () throws(KafkaError) -> some Any) -> String? {
    do {
      _ = try body()
      return nil
    } catch { return error.description }
  }

  @Test("a property that librdkafka does not know is refused by its name")
  func unknownProperty() throws {
    var client = client
    client.properties = ["fetch.wait.max.msec": "10"]
    let refusal = try #require(
      refusal { () throws(KafkaError) in
        try KafkaProducer(configuration: KafkaProducerConfiguration(client: client), logger: quiet)
      })
    #expect(refusal.contains("fetch.wait.max.msec=10"))
  }

  @Test("a value that librdkafka does not accept is refused with its key")
  func badValue() throws {
    var client = client
    client.properties = ["socket.timeout.ms": "soon"]
    let refusal = try #require(
      refusal { () throws(KafkaError) in
        try KafkaAdmin(configuration: client, logger: quiet)
      })
    #expect(refusal.contains("socket.timeout.ms=soon"))
  }

  @Test("a property that a typed setting owns is refused", arguments: ["acks", "client.id"])
  func ownedProperty(key: String) throws {
    var client = client
    client.properties = [key: "1"]
    let refusal = try #require(
      refusal { () throws(KafkaError) in
        try KafkaProducerConfiguration(client: client).properties()
      })
    #expect(refusal.contains("\(key)=1"))
    #expect(refusal.contains("typed setting"))
  }

  @Test("an alias of a property that a typed setting owns is refused")
  func ownedByAlias() throws {
    var client = client
    client.properties = ["metadata.broker.list": "127.0.0.1:2"]
    let refusal = try #require(
      refusal { () throws(KafkaError) in
        try KafkaProducerConfiguration(client: client).properties()
      })
    #expect(refusal.contains("metadata.broker.list"))
    #expect(refusal.contains("bootstrap.servers"))
  }

  @Test("idempotence without acknowledgement of all replicas is refused")
  func idempotenceNeedsAll() throws {
    var configuration = KafkaProducerConfiguration(client: client)
    configuration.acknowledgement = .leader
    let refusal = try #require(
      refusal { () throws(KafkaError) in try configuration.properties() })
    #expect(refusal == "Kafka setting acks=1: contradicts enable.idempotence=true; allowed: all")
  }

  @Test("a poll interval below the session timeout is refused")
  func pollInterval() throws {
    var configuration = KafkaConsumerConfiguration(client: client, groupID: "g")
    configuration.maxPollInterval = .seconds(5)
    let refusal = try #require(
      refusal { () throws(KafkaError) in try configuration.properties() })
    #expect(refusal.contains("max.poll.interval.ms=5000"))
    #expect(refusal.contains("session.timeout.ms=45000"))
  }

  @Test("an empty group, no broker, and limits out of range are refused by name")
  func ranges() throws {
    let group = KafkaConsumerConfiguration(client: client, groupID: "")
    #expect(
      refusal { () throws(KafkaError) in try group.properties() }?.contains("group.id") == true)
    let nowhere = KafkaClientConfiguration(bootstrapServers: [])
    #expect(
      refusal { () throws(KafkaError) in try nowhere.typedProperties() }?
        .contains("bootstrap.servers") == true)
    var producer = KafkaProducerConfiguration(client: client)
    producer.queueLimit = 0
    #expect(
      refusal { () throws(KafkaError) in try producer.properties() }?
        .contains("queue.buffering.max.messages=0: allowed: 1 to 10000000") == true)
  }

  @Test("credentials without a SASL connection, or the other way round, are refused")
  func contradictingSecurity() throws {
    var client = client
    client.security = .saslSSL
    #expect(
      refusal { () throws(KafkaError) in try client.typedProperties() }?
        .contains("security.protocol=sasl_ssl") == true)
    client.security = .plaintext
    client.sasl = .init(mechanism: .plain, username: "u", password: "hunter2")
    let refusal = try #require(
      refusal { () throws(KafkaError) in try client.typedProperties() })
    #expect(refusal.contains("sasl.mechanism=PLAIN"))
    #expect(!refusal.contains("hunter2"))
  }

  @Test("no refusal and no description shows a password")
  func passwordsStayHidden() throws {
    var client = client
    client.security = .saslPlaintext
    client.sasl = .init(mechanism: .scramSHA256, username: "u", password: "hunter2")
    #expect(!"\(client)".contains("hunter2"))
    var dump = ""
    Swift.dump(client, to: &dump)
    #expect(!dump.contains("hunter2"))
    client.properties = ["sasl.password": "hunter3"]
    #expect(!"\(client)".contains("hunter"))
    let refused = try #require(
      refusal { () throws(KafkaError) in try client.merged(with: [:]) })
    #expect(refused.contains("sasl.password"))
    #expect(!refused.contains("hunter2") && !refused.contains("hunter3"))
    client = self.client
    client.properties = ["ssl.key.password": "hunter4", "no.such": "x"]
    let other = try #require(
      refusal { () throws(KafkaError) in try KafkaAdmin(configuration: client, logger: quiet) })
    #expect(!other.contains("hunter4"))
  }
}
