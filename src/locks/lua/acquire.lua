-- Purpose: takes all the locks or none, and gives the holder its fence.
--   Sent again with the same owner it answers the same, so that a lost reply does no harm; the
--   time of the locks begins anew.
--   Each name has a counter for its fences, and all names together have a floor that counts as
--   well: a large set raises the floor, in one command, and not the counter of each of its names.
--   The keys beside a lock (its fence and its line of waiters) are made from its name here:
--   every node is a server of its own, never a slot of a cluster.
-- KEYS:    the locks, sorted; a large set as one text, with ~ between.
-- ARGV:    1 owner, unique to this attempt
--          2 ttl of the locks, ms
--          3 candidate: the lowest fence wanted
--          4 what the names of all locks begin with, and those of the keys of their lines
--          5 this waiter, or '' when the caller does not wait
--          6 its ticket: lower goes first ('' when not waiting)
--          7 when this request is out of date, by the clock of this server in microseconds;
--            '' when that is not known
-- Returns: the time here in microseconds, and with it
--          {1, fence} when all are held by this owner now;
--          {-1} when the request came too late, and nothing was done: whoever sent it has given
--          up, and a lock that it made now would keep everybody out for a ttl;
--          else {0, highest fence seen, ms, indexes of the busy keys...}, where ms is the time
--          until they end (-1: never; -2: they are free, but somebody is in line)
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
if ARGV[7] ~= '' and now > tonumber(ARGV[7]) then return {now, {-1}} end

-- An idle fence is kept until no clock can be that wrong any more, ms; a waiter counts as alive
-- for so long without being heard of, ms.
local KEPT, ALIVE = '2592000000', 1500
-- More names than this are a large set (in confirm as well).
local LARGE = 8
local owner, ttl, candidate = ARGV[1], ARGV[2], tonumber(ARGV[3])
local me, ticket = ARGV[5], tonumber(ARGV[6])
-- Exists while anybody waits for anything: most of the time nobody does.
local anyone, floor = ARGV[4] .. '~anyone', ARGV[4] .. '~floor'

-- Numbers stay below 2^53, where a double is exact; '%.0f' prints every digit of them.
local highest = 0
local function counted(fence)
  if fence and tonumber(fence) > highest then highest = tonumber(fence) end
end
local function above()
  return highest < candidate and ARGV[3] or string.format('%.0f', highest + 1)
end

-- A large set comes as one text: no key has a ~ of its own. Nearly always it is free, and nobody
-- waits. Then the first lock is set, and copied to the others: a copy has the same end, and is
-- refused where something stands.
local keys = KEYS
if string.find(KEYS[1], '~', 1, true) then
  keys = {}
  local count, look = 0, {}
  for key in string.gmatch(KEYS[1], '[^~]+') do
    count = count + 1
    keys[count], look[count] = key, key .. '~fence'
  end
  look[count + 1], look[count + 2] = floor, anyone
  local values = redis.call('MGET', unpack(look))
  local first, taken = keys[1], 0
  if not values[count + 2] and redis.call('SET', first, owner, 'NX', 'PX', ttl) then
    taken = 1
    while taken < count and redis.call('COPY', first, keys[taken + 1]) == 1 do taken = taken + 1 end
  end
  if taken == count then
    for i = 1, count + 1 do counted(values[i]) end
    local fence = above()
    redis.call('SET', floor, fence, 'PX', KEPT)
    return {now, {1, fence}}
  end
  for i = 1, taken do redis.call('DEL', keys[i]) end
end

local count, look = #keys, {unpack(keys)}

-- One look at everything: the locks, their fences and floor, and whether anybody waits at all.
for i = 1, count do look[count + i] = look[i] .. '~fence' end
look[2 * count + 1], look[2 * count + 2] = floor, anyone
local values = redis.call('MGET', unpack(look))

local mine, held = 0, false
counted(values[2 * count + 1])
for i = 1, count do
  local value = values[i]
  counted(values[count + i])
  if value == owner then mine = mine + 1 elseif value then held = true end
end
if mine == count then
  for _, key in ipairs(keys) do redis.call('PEXPIRE', key, ttl) end
  return {now, {1, string.format('%.0f', highest)}}
end

local busy, wait = {}, -2
local function refuse(i)
  local left = redis.call('PTTL', keys[i])
  busy[#busy + 1] = i
  if wait ~= -1 and (left == -1 or left > wait) then wait = left end
end

if held then
  for i = 1, count do
    if values[i] and values[i] ~= owner then refuse(i) end
  end
end

if values[2 * count + 2] then
  -- Is somebody alive in line before this caller? The dead are taken out on the way.
  local function overtakes(queue)
    while true do
      local head = redis.call('ZRANGE', queue, 0, 0, 'WITHSCORES')
      if not head[1] or head[1] == me then return false end
      if redis.call('EXISTS', ARGV[4] .. '~waiter:' .. head[1]) == 1 then
        return not ticket or tonumber(head[2]) <= ticket
      end
      redis.call('ZREM', queue, head[1])
    end
  end
  for i, key in ipairs(keys) do
    if not values[i] and overtakes(key .. '~wait') then busy[#busy + 1] = i end
  end
end

-- NX also minds a lock of another type under the same name, which MGET does not see.
local taken = 0
if #busy == 0 then
  for i, key in ipairs(keys) do
    if values[i] then
      redis.call('PEXPIRE', key, ttl)
    elseif not redis.call('SET', key, owner, 'NX', 'PX', ttl) then
      refuse(i)
      break
    end
    taken = i
  end
end

if #busy == 0 then
  local fence = above()
  local from, to = count + 1, 2 * count
  if count > LARGE then from, to = to + 1, to + 1 end
  for i = from, to do redis.call('SET', look[i], fence, 'PX', KEPT) end
  return {now, {1, fence}}
end

for i = 1, taken do
  if not values[i] then redis.call('DEL', keys[i]) end
end
if me ~= '' then
  for _, key in ipairs(keys) do
    redis.call('ZADD', key .. '~wait', ARGV[6], me)
    redis.call('PEXPIRE', key .. '~wait', ALIVE * 10)
  end
  redis.call('SET', anyone, '1', 'PX', ALIVE * 10)
  redis.call('SET', ARGV[4] .. '~waiter:' .. me, '1', 'PX', ALIVE)
end
return {now, {0, string.format('%.0f', highest), wait, unpack(busy)}}
