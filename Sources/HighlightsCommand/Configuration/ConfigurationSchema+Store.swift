extension ConfigurationSchema {
  static let store = ConfigurationSection(
    name: "store", comment: "Where highlights are looked up: one view of the highlights topic.",
    keys: [
      ConfigurationKey(
        "store.path", .text(.nonEmpty), default: "highlights.sqlite",
        """
        The SQLite file; its folder must exist. Not on a network file system, whose locks do not
        hold. It can be rebuilt from kafka.topics.highlights: highlights cache --rebuild.
        """),
      ConfigurationKey(
        "store.url", .secret, default: "",
        """
        A Redis or Valkey server instead of the file, which all processes may share:
        redis://user:password@host:6379/0, or rediss:// for TLS. It has a password, so set
        HIGHLIGHTS_STORE_URL or store.url_file. The server must keep what it acknowledged
        (appendonly yes) and evict nothing (maxmemory-policy noeviction). Empty: the file.
        """),
      ConfigurationKey(
        "store.url_file", .text(.any), default: "",
        "File with that URL, such as a mounted secret; counts when store.url is empty."),
      ConfigurationKey(
        "store.trusted_certificates", .text(.any), default: "",
        "PEM file of the authorities that rediss:// trusts. Empty: the system's own."),
      ConfigurationKey(
        "store.connect_timeout", .duration(.milliseconds(10) ... .seconds(60)), default: "2s",
        "The longest that connecting to the server may take, TLS included."),
      ConfigurationKey(
        "store.command_timeout", .duration(.milliseconds(10) ... .seconds(60)), default: "2s",
        """
        The longest that the server may take to answer. Short: a busy server looks as if it were
        away. Look-ups that are not in memory fail for as long as it is away, and writers wait.
        """),
      ConfigurationKey(
        "store.max_waiting_commands", .integer(100...10_000_000), default: "50000",
        "Commands that may wait for the server at once; beyond it calls fail at once."),
      ConfigurationKey(
        "store.compress_from_bytes", .bytes(0...1 << 30), default: "512B",
        """
        From this size on a highlight is compressed in the server, where that saves an eighth.
        Changing it is safe: both are always read.
        """),
    ])
}
