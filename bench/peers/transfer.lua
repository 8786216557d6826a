-- The small change of bench/store_write.c in Redis: read a balance, set it, append two records.
local held = tonumber(redis.call('GET', KEYS[1]) or '0')
local now = held + tonumber(ARGV[1])
redis.call('SET', KEYS[1], now)
redis.call('XADD', 'entry', '*', 'a', KEYS[1], 'm', ARGV[1])
redis.call('XADD', 'event', '*', 'a', KEYS[1], 'k', 'posted', 'm', ARGV[1])
return now
