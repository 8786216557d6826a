-- wrk: members by id, at random. FIRST, LAST and KEY come from the environment.
local first, last = tonumber(os.getenv('FIRST')), tonumber(os.getenv('LAST'))
wrk.headers['Authorization'] = 'Bearer ' .. os.getenv('KEY')
request = function() return wrk.format('GET', '/v1/members/' .. math.random(first, last)) end
