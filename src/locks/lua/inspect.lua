-- Purpose: tells what this node knows about each lock, for people to look at.
-- KEYS:    the locks.
-- ARGV:    none.
-- Returns: the time here in microseconds, and with it
--          for each lock in turn: ms left (-1 no end, -2 not held), fence ('' when none),
--          how many stand in line.
local time, found = redis.call('TIME'), {}
for _, key in ipairs(KEYS) do
  found[#found + 1] = redis.call('PTTL', key)
  found[#found + 1] = redis.call('GET', key .. '~fence') or ''
  found[#found + 1] = redis.call('ZCARD', key .. '~wait')
end
return {time[1] * 1000000 + time[2], found}
