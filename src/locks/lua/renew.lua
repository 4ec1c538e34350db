-- Purpose: lengthens the locks, all of them or none. It never makes a lock, so that a renewal
--   that arrives after the release does no harm.
-- KEYS:    the locks; a large set as one text, with ~ between.
-- ARGV:    1 owner
--          2 ttl, ms
-- Returns: the time here in microseconds, and with it
--          1 when all are this owner's and were lengthened, else 0.
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]

-- A large set comes as one text: no key has a ~ of its own.
local keys = KEYS
if string.find(KEYS[1], '~', 1, true) then
  keys = {}
  for key in string.gmatch(KEYS[1], '[^~]+') do keys[#keys + 1] = key end
end

for _, value in ipairs(redis.call('MGET', unpack(keys))) do
  if value ~= ARGV[1] then return {now, 0} end
end
for _, key in ipairs(keys) do redis.call('PEXPIRE', key, ARGV[2]) end
return {now, 1}
