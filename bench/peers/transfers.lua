-- wrk: transfers between neighbours, each with an id of its own. ACCOUNTS, HOT and KEY come from the environment.
local accounts, hot, n = tonumber(os.getenv('ACCOUNTS')), os.getenv('HOT') == '1', 0
wrk.headers['Authorization'] = 'Bearer ' .. os.getenv('KEY')
wrk.headers['Content-Type'] = 'application/json'
math.randomseed(os.time())
local run = math.random(1000000000)
request = function()
  n = n + 1
  local from = math.random(2, accounts)
  local to = (hot and n % 2 == 1) and 1 or 1 + from % accounts
  return wrk.format('POST', '/v1/transfers', nil, string.format('{"id":"h/%d/%d","from":%d,"to":%d,"amount":1}', run, n, from, to))
end

function done(summary, latency)
  local ms = function(us) return us / 1000 end
  print(string.format('took %d %.2f %.2f %.1f', summary.requests / summary.duration * 1e6, ms(latency:percentile(50)),
    ms(latency:percentile(99)), ms(latency.max)))
end
