-- Purpose: lengthens the locks, all of them or none. It never makes a lock, so that a renewal
--   that arrives after the release does no harm.
-- KEYS:    the locks.
-- ARGV:    1 owner
--          2 ttl, ms
-- Returns: 1 when all are this owner's and were lengthened, else 0.
for _, key in ipairs(KEYS) do
  if redis.call('GET', key) ~= ARGV[1] then return 0 end
end
for _, key in ipairs(KEYS) do redis.call('PEXPIRE', key, ARGV[2]) end
return 1
