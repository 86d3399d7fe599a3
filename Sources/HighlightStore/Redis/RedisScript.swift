/// What the server runs by itself, so that nothing comes between reading and writing. Each touches one key.
struct RedisScript: Sendable {
  let text: String

  /// Stores a value if it wins: `Precedence.verdict`, as an order of bytes (see `RedisValue`).
  ///
  /// KEYS: where. ARGV: the value; when it expires, in milliseconds since 1970, or nothing.
  /// Returns 1 when it is stored now, 0 when it was already, and the stored value when that one wins.
  static let apply = RedisScript(
    text: beats + """
      local function rank(value)
        return string.sub(value, 13, 36 + string.byte(value, 11) * 256 + string.byte(value, 12))
      end
      local stored = redis.call('GET', KEYS[1])
      if stored then
        local layout, known = string.byte(stored, 1), string.byte(ARGV[1], 1)
        if layout and layout < known then return redis.error_reply('HLOLDER ' .. KEYS[1]) end
        if layout and layout > known then return redis.error_reply('HLLAYOUT ' .. KEYS[1]) end
        if #stored < 36 then return redis.error_reply('HLDAMAGED ' .. KEYS[1]) end
        local new, old = rank(ARGV[1]), rank(stored)
        if new == old then return 0 end
        if not beats(new, old) then return stored end
      end
      redis.call('SET', KEYS[1], ARGV[1])
      if ARGV[2] ~= '' then redis.call('PEXPIREAT', KEYS[1], ARGV[2]) end
      return 1
      """)

  /// Notes which highlights may cite a video, each until it expires, and forgets those that have.
  ///
  /// KEYS: the video's sorted set, from keys to when they expire in milliseconds since 1970. ARGV: that time, or +inf,
  /// and key in turns, at most 1,000 of them.
  static let cite = RedisScript(
    text: """
      local time = redis.call('TIME')
      local now = time[1] .. string.format('%03d', math.floor(tonumber(time[2]) / 1000))
      redis.call('ZADD', KEYS[1], 'GT', unpack(ARGV))
      redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
      local last = tonumber(redis.call('ZRANGE', KEYS[1], -1, -1, 'WITHSCORES')[2])
      if last == math.huge then
        redis.call('PERSIST', KEYS[1])
      elseif last then
        redis.call('PEXPIREAT', KEYS[1], string.format('%.0f', last))
      end
      return 1
      """)

  /// Raises the next offset of partitions, and never lowers it.
  ///
  /// KEYS: the topic's hash. ARGV: partition and offset in turns, offsets with 19 digits.
  static let advance = RedisScript(
    text: beats + """
      for i = 1, #ARGV, 2 do
        local old = redis.call('HGET', KEYS[1], ARGV[i])
        if not old or beats(ARGV[i + 1], old) then redis.call('HSET', KEYS[1], ARGV[i], ARGV[i + 1]) end
      end
      return 1
      """)

  /// Bytes, one by one: Lua's own comparison of strings follows the server's locale.
  private static let beats = """
    local function beats(a, b)
      for i = 1, math.min(#a, #b) do
        local x, y = string.byte(a, i), string.byte(b, i)
        if x ~= y then return x > y end
      end
      return #a > #b
    end

    """
}
