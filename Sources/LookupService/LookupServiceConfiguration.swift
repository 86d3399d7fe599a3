/// How a look-up service listens, what it remembers, and what it lets its clients do.
public struct LookupServiceConfiguration: Sendable {
  /// The address to bind.
  public var host: String
  /// The port to bind; 0 takes any free one.
  public var port: Int
  public var limits: Limits
  public var lives: Lives
  public var tokens: Tokens
  /// Origins whose pages may call the API from a browser, such as "https://example.com"; "*" lets
  /// every page. Empty: none but the service's own.
  public var allowedOrigins: [String]
  /// Proxies in front that each add an address to `X-Forwarded-For`. The client's address is the
  /// one that the outermost of them added; with 0 the header, which anyone can write, is not read.
  public var forwardingProxies: Int
  /// Videos attached to a search that brings none, and the most that a video search answers.
  public var videosPerSearch: Int

  public init(
    host: String = "127.0.0.1", port: Int = 8080, limits: Limits = Limits(),
    lives: Lives = Lives(), tokens: Tokens = Tokens(), allowedOrigins: [String] = [],
    forwardingProxies: Int = 0, videosPerSearch: Int = 20
  ) {
    self.host = host
    self.port = port
    self.limits = limits
    self.lives = lives
    self.tokens = tokens
    self.allowedOrigins = allowedOrigins
    self.forwardingProxies = forwardingProxies
    self.videosPerSearch = videosPerSearch
  }

  /// What bounds memory, work and money.
  public struct Limits: Sendable, Hashable {
    /// Bytes that the highlights kept in memory may take together; what they were asked with takes
    /// an eighth of it on top.
    public var cacheBytes: Int
    /// Requests of one client; beyond it the answer is 429.
    public var client: Rate
    /// Clients whose requests are counted apart; the one unseen the longest is forgotten first.
    public var clients: Int
    /// Searches published for keys that have no highlight, and refreshes, over all clients: each
    /// may cost a call to the model. Beyond it a miss is answered 429, a refresh is put off.
    public var newKeys: Rate
    /// Searches that may be awaited at once; beyond it a miss is answered 503.
    public var pendingSearches: Int
    /// Connections that may be open at once, within a few; those beyond are accepted when others close.
    public var connections: Int
    /// Requests that may wait for a search to end at once; beyond it they are answered at once. Below
    /// ``connections``, or those who wait keep out those who need not.
    public var waiters: Int
    /// The largest request body, in bytes.
    public var bodyBytes: Int
    /// Searches of one request.
    public var queriesPerRequest: Int
    /// How long reading a body, the store or the videos may take.
    public var work: Duration
    /// How long a takedown may take: one of a video writes a record for each highlight that cites it.
    public var takedown: Duration
    /// The longest `wait` of a look-up.
    public var wait: Duration
    /// The longest that a stream of events stays open.
    public var stream: Duration
    /// How long a connection may be silent between requests.
    public var idle: Duration

    public init(
      cacheBytes: Int = 64 << 20, client: Rate = Rate(perMinute: 1_200, burst: 200),
      clients: Int = 100_000, newKeys: Rate = Rate(perMinute: 600, burst: 100),
      pendingSearches: Int = 100_000, connections: Int = 10_000, waiters: Int = 8_000,
      bodyBytes: Int = 8 << 20, queriesPerRequest: Int = 1_000, work: Duration = .seconds(10),
      takedown: Duration = .seconds(60), wait: Duration = .seconds(30),
      stream: Duration = .seconds(120), idle: Duration = .seconds(60)
    ) {
      self.cacheBytes = cacheBytes
      self.client = client
      self.clients = clients
      self.newKeys = newKeys
      self.pendingSearches = pendingSearches
      self.connections = connections
      self.waiters = waiters
      self.bodyBytes = bodyBytes
      self.queriesPerRequest = queriesPerRequest
      self.work = work
      self.takedown = takedown
      self.wait = wait
      self.stream = stream
      self.idle = idle
    }
  }

  /// How long things hold.
  public struct Lives: Sendable, Hashable {
    /// After that a highlight in memory is read from the store again; while the store cannot be
    /// read it goes on being served until it expires.
    public var cached: Duration
    /// The longest that a browser or proxy may keep an answer, so the longest that a withdrawal
    /// takes to reach them.
    public var shared: Duration
    /// After that a search that has not ended is published again when it is looked up.
    public var published: Duration
    /// After that a search that failed is published again when it is looked up.
    public var failed: Duration
    /// The share, from 0 to 1, by which lives are shortened at random, so that what was written at
    /// one moment is not asked for again at one moment.
    public var jitter: Double
    /// How eagerly a highlight that is asked for often is refreshed before it is stale; 1 is
    /// XFetch's own, 0 never.
    ///
    /// Workers end a search `unchanged` while its highlight is fresh, so anything but 0 pays only
    /// where they are told to write such searches anew.
    public var earlyRefresh: Double

    public init(
      cached: Duration = .seconds(60), shared: Duration = .seconds(60),
      published: Duration = .seconds(60), failed: Duration = .seconds(30), jitter: Double = 0.1,
      earlyRefresh: Double = 0
    ) {
      self.cached = cached
      self.shared = shared
      self.published = published
      self.failed = failed
      self.jitter = jitter
      self.earlyRefresh = earlyRefresh
    }
  }

  /// Bearer tokens; nil where none is set.
  public struct Tokens: Sendable, Hashable {
    /// What `POST /v1/queries` asks for; nil lets everyone publish, within the limit on new keys.
    public var write: String?
    /// May all that ``write`` may, and withdraw and restore, which nobody may where it is nil.
    public var admin: String?

    public init(write: String? = nil, admin: String? = nil) {
      self.write = write
      self.admin = admin
    }
  }
}

/// How often something may happen.
public struct Rate: Sendable, Hashable {
  public var perMinute: Double
  /// How much of it may happen at once after a pause.
  public var burst: Double

  public init(perMinute: Double, burst: Double) {
    self.perMinute = perMinute
    self.burst = burst
  }
}
