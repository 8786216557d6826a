-- What balances differ in all from those at the beginning: 0. And how many transfers there were.
local sum, cursor = 0, '0'
repeat
  local found = redis.call('SCAN', cursor, 'MATCH', 'account:*', 'COUNT', 10000)
  cursor = found[1]
  for _, key in ipairs(found[2]) do sum = sum + tonumber(redis.call('GET', key)) - 1000000 end
until cursor == '0'
return { sum, redis.call('XLEN', 'line') }
