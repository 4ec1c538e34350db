-- Purpose: raises the fences to what the quorum agreed on, but only while the locks are still
--   this owner's. Raised without that condition, a holder that slept past its time could end up
--   with a fence above its successor's.
-- KEYS:    the locks.
-- ARGV:    1 owner
--          2 fence
-- Returns: the time here in microseconds, and with it
--          1 when every lock is this owner's and its fence is at least the one given, else 0.
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
for _, key in ipairs(KEYS) do
  if redis.call('GET', key) ~= ARGV[1] then return {now, 0} end
end
-- As long as acquire keeps it, ms.
local KEPT = '2592000000'
local fence = tonumber(ARGV[2])
for _, key in ipairs(KEYS) do
  local name = key .. '~fence'
  if tonumber(redis.call('GET', name) or 0) < fence then
    redis.call('SET', name, ARGV[2], 'PX', KEPT)
  end
end
return {now, 1}
