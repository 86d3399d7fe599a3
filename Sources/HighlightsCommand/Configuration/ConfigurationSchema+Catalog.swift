extension ConfigurationSchema {
  static let catalog = ConfigurationSection(
    name: "catalog",
    comment: "Where a search that brings no videos gets some from, when it is published.",
    keys: [
      ConfigurationKey(
        "catalog.path", .text(.any), default: "",
        """
        The SQLite file that highlights ingest fills and highlights publish and up search; its
        folder must exist. Not on a network file system, whose locks do not hold. Empty: none.
        """),
      ConfigurationKey(
        "catalog.url", .text(.url), default: "",
        """
        A service of your own to ask instead, as Protocols/video-search.openapi.yaml says. Whoever
        answers there chooses what highlights are written from. Over http, searches and the key are
        readable on the way. Empty: none.
        """),
      ConfigurationKey(
        "catalog.api_key", .secret, default: "",
        """
        The service's key, for the environment variable HIGHLIGHTS_CATALOG_API_KEY. Do not write it
        here, where it ends in version control, nor behind --set, where it shows in the list of
        processes.
        """),
      ConfigurationKey(
        "catalog.api_key_file", .text(.any), default: "",
        """
        File with the key, such as a mounted secret; counts when catalog.api_key is empty. It is
        read once: a new key in it needs a restart.
        """),
      ConfigurationKey(
        "catalog.api_key_env", .text(.any), default: "",
        """
        Name of the environment variable with the key; counts when both others are empty, and must
        be set then. With all three empty the service is asked without a key.
        """),
      ConfigurationKey(
        "catalog.timeout", .duration(.milliseconds(10) ... .seconds(60)), default: "2s",
        """
        The longest the service may take for one search, a second try included. A search it has not
        answered by then ends the publishing, with an error: nothing goes out without videos because
        they could not be had.
        """),
      ConfigurationKey(
        "catalog.videos", .integer(1...100), default: "10",
        """
        The most videos that a search is given. Many: large messages; the last are left out of one
        that would exceed kafka.message_max_bytes or highlights.segments_max.
        """),
    ])
}
