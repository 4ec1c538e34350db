-- Purpose: gives the locks back, takes a waiter out of line or keeps its place, and tells the
--   first in line of every name that is free now. Nobody else is woken.
-- KEYS:    the locks; a large set as one text, with ~ between.
-- ARGV:    1 owner
--          2 what the names of all locks begin with, and those of the keys of their lines
--          3 this waiter; nothing when it never stood in line
--          4 its ticket, to keep its place in line; '' or nothing to leave it
-- Returns: the time here in microseconds, and with it
--          how many locks were this owner's.
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]

-- A large set comes as one text: no key has a ~ of its own.
local keys = KEYS
if string.find(KEYS[1], '~', 1, true) then
  keys = {}
  for key in string.gmatch(KEYS[1], '[^~]+') do keys[#keys + 1] = key end
end

-- A waiter counts as alive for so long without being heard of, ms.
local ALIVE = 1500
local owner, me, ticket = ARGV[1], ARGV[3], ARGV[4] or ''
local anyone = ARGV[2] .. '~anyone'

local count, look, mine = #keys, {unpack(keys)}, {}
look[count + 1] = anyone
local values = redis.call('MGET', unpack(look))
for i, key in ipairs(keys) do
  if values[i] == owner then mine[#mine + 1] = key end
end
if #mine > 0 then redis.call('DEL', unpack(mine)) end
if not me and not values[count + 1] then return {now, #mine} end

if me then
  for _, key in ipairs(keys) do
    if ticket == '' then
      redis.call('ZREM', key .. '~wait', me)
    else
      redis.call('ZADD', key .. '~wait', ticket, me)
      redis.call('PEXPIRE', key .. '~wait', ALIVE * 10)
    end
  end
  if ticket == '' then
    redis.call('DEL', ARGV[2] .. '~waiter:' .. me)
  else
    redis.call('SET', ARGV[2] .. '~waiter:' .. me, '1', 'PX', ALIVE)
    redis.call('SET', anyone, '1', 'PX', ALIVE * 10)
  end
end

local function first_alive(queue)
  while true do
    local head = redis.call('ZRANGE', queue, 0, 0)[1]
    if not head or redis.call('EXISTS', ARGV[2] .. '~waiter:' .. head) == 1 then return head end
    redis.call('ZREM', queue, head)
  end
end

local told = {}
for _, key in ipairs(keys) do
  local head = redis.call('EXISTS', key) == 0 and first_alive(key .. '~wait')
  -- A waiter that just failed is not woken by its own release, or it would spin.
  if head and head ~= me and not told[head] then
    told[head] = true
    local fence = redis.call('GET', key .. '~fence') or '0'
    redis.call('PUBLISH', ARGV[2] .. '~wake:' .. string.match(head, '^[^:]*'), head .. ' ' .. fence)
  end
end
return {now, #mine}
