-- The transfer of bench/ledger.c in Redis: KEYS id, giver, taker; ARGV amount, hot. Six writes: the transfer under its id, two
-- balances, an entry on each side, a line on the timeline.
local giver, taker, n = KEYS[2], KEYS[3], tonumber(ARGV[1])
if ARGV[2] == '1' and tonumber(string.sub(giver, -1)) % 2 == 1 then taker = 'account:hot' end
if giver == taker then return 0 end
if not redis.call('SET', KEYS[1], giver .. ' ' .. taker .. ' ' .. n, 'NX') then return 0 end
local held = tonumber(redis.call('GET', giver) or '1000000')
if held < n then redis.call('DEL', KEYS[1]); return redis.error_reply('below its floor') end
local has = tonumber(redis.call('GET', taker) or '1000000') + n
redis.call('SET', giver, held - n)
redis.call('SET', taker, has)
redis.call('XADD', 'entry', '*', 'account', giver, 'amount', -n, 'balance', held - n, 'transfer', KEYS[1])
redis.call('XADD', 'entry', '*', 'account', taker, 'amount', n, 'balance', has, 'transfer', KEYS[1])
redis.call('XADD', 'line', '*', 'member', giver, 'kind', 'ledger.moved', 'subject', 'unit:growth', 'transfer', KEYS[1], 'amount', n)
return 1
