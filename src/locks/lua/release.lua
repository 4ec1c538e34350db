-- Purpose: gives the locks back, takes a waiter out of line or keeps its place, and tells the
--   first in line of every name that is free now. Nobody else is woken.
-- KEYS:    the locks.
-- ARGV:    1 owner
--          2 prefix of the keys that say which waiters are alive
--          3 prefix of the channels, one per process
--          4 this waiter, or ''
--          5 its ticket, to keep its place in line; '' to leave it
--          6 how long a waiter counts as alive without being heard of, ms
--          7 key that exists while anybody waits for anything
-- Returns: the time here in microseconds, and with it
--          how many locks were this owner's.
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local owner, alive, channel, me, ticket = ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5]

local count, look, mine = #KEYS, {}, {}
for i, key in ipairs(KEYS) do look[i] = key end
look[count + 1] = ARGV[7]
local values = redis.call('MGET', unpack(look))
for i, key in ipairs(KEYS) do
  if values[i] == owner then mine[#mine + 1] = key end
end
if #mine > 0 then redis.call('DEL', unpack(mine)) end
if me == '' and not values[count + 1] then return {now, #mine} end

if me ~= '' then
  for _, key in ipairs(KEYS) do
    if ticket == '' then
      redis.call('ZREM', key .. '~wait', me)
    else
      redis.call('ZADD', key .. '~wait', ticket, me)
      redis.call('PEXPIRE', key .. '~wait', ARGV[6] * 10)
    end
  end
  if ticket == '' then
    redis.call('DEL', alive .. me)
  else
    redis.call('SET', alive .. me, '1', 'PX', ARGV[6])
    redis.call('SET', ARGV[7], '1', 'PX', ARGV[6] * 10)
  end
end

local function first_alive(queue)
  while true do
    local head = redis.call('ZRANGE', queue, 0, 0)[1]
    if not head or redis.call('EXISTS', alive .. head) == 1 then return head end
    redis.call('ZREM', queue, head)
  end
end

local told = {}
for _, key in ipairs(KEYS) do
  local head = redis.call('EXISTS', key) == 0 and first_alive(key .. '~wait')
  -- A waiter that just failed is not woken by its own release, or it would spin.
  if head and head ~= me and not told[head] then
    told[head] = true
    local fence = redis.call('GET', key .. '~fence') or '0'
    redis.call('PUBLISH', channel .. string.match(head, '^[^:]*'), head .. ' ' .. fence)
  end
end
return {now, #mine}
