-- The claim of bench/claims.c in Redis: KEYS member; ARGV units, once. One unit a member: the place, the unit out of the stock, an
-- entry on each side, the reward, a line for each.
local member, units = KEYS[1], tonumber(ARGV[1])
if redis.call('HEXISTS', 'won', member) == 1 then return 0 end
local gone = tonumber(redis.call('GET', 'gone') or '0')
if gone >= units then return 0 end
local place = gone + 1
redis.call('SET', 'gone', place)
redis.call('HSET', 'won', member, place)
redis.call('XADD', 'entry', '*', 'account', 'grab:1', 'amount', -1, 'balance', units - place, 'transfer', place)
redis.call('XADD', 'entry', '*', 'account', 'grab:1:won', 'amount', 1, 'balance', place, 'transfer', place)
redis.call('HSET', 'reward:' .. place, 'member', member, 'kind', 'gift', 'code', 'box', 'state', 'given')
redis.call('XADD', 'line', '*', 'member', member, 'kind', 'reward.given', 'subject', place)
redis.call('XADD', 'line', '*', 'member', member, 'kind', 'grab.won', 'subject', 'grab:1', 'place', place)
return place
