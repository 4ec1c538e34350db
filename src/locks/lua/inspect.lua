-- Purpose: tells what this node knows about each lock, for people to look at.
-- KEYS:    the locks; a large set as one text, with ~ between.
-- ARGV:    1 what the names of all locks begin with
-- Returns: the time here in microseconds, and with it
--          for each lock in turn: ms left (-1 no end, -2 not held), fence ('' when none; not below
--          the floor of all names), how many stand in line.
-- A large set comes as one text: no key has a ~ of its own.
local keys = KEYS
if string.find(KEYS[1], '~', 1, true) then
  keys = {}
  for key in string.gmatch(KEYS[1], '[^~]+') do keys[#keys + 1] = key end
end
local time, found = redis.call('TIME'), {}
local floor = redis.call('GET', ARGV[1] .. '~floor') or ''
for _, key in ipairs(keys) do
  local fence = redis.call('GET', key .. '~fence') or ''
  if (tonumber(floor) or 0) > (tonumber(fence) or 0) then fence = floor end
  found[#found + 1] = redis.call('PTTL', key)
  found[#found + 1] = fence
  found[#found + 1] = redis.call('ZCARD', key .. '~wait')
end
return {time[1] * 1000000 + time[2], found}
