-- Purpose: keeps entries that were loaded under a lease, and ends the leases. Where the lease is
--   gone, somebody has changed what was loaded, or took so long that another loads it: then it is
--   not kept, so that an old value never stands where a newer one was made room for.
-- KEYS:    1.. the entries, then in the same order their leases
-- ARGV:    1 token of the caller
--          2.. for each entry how long it is kept, ms, and its text; '' keeps nothing and only
--          ends the lease
-- Returns: how many were kept.
local count, kept = #KEYS / 2, 0
for i = 1, count do
  if redis.call('GET', KEYS[count + i]) == ARGV[1] then
    redis.call('DEL', KEYS[count + i])
    local text = ARGV[2 * i + 1]
    if text ~= '' then
      redis.call('SET', KEYS[i], text, 'PX', ARGV[2 * i])
      kept = kept + 1
    end
  end
end
return kept
