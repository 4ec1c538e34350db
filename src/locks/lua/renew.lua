-- Purpose: lengthens the locks, all of them or none. It never makes a lock, so that a renewal
--   that arrives after the release does no harm.
-- KEYS:    the locks.
-- ARGV:    1 owner
--          2 ttl, ms
-- Returns: the time here in microseconds, and with it
--          1 when all are this owner's and were lengthened, else 0.
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
for _, value in ipairs(redis.call('MGET', unpack(KEYS))) do
  if value ~= ARGV[1] then return {now, 0} end
end
for _, key in ipairs(KEYS) do redis.call('PEXPIRE', key, ARGV[2]) end
return {now, 1}
