-- Purpose: begins an empty generation of a filter beside the one in use; from now on what is added
--   is added to both. The caller then adds all there is, and ends with filter-swap.
-- KEYS:    1 facts of the filter
--          2 bits of its generation a
--          3 bits of its generation b
-- ARGV:    1 token of the builder
--          2 bits
--          3 hashes
--          4 members it has room for
--          5 how long it may be used, ms
-- Returns: 1
local slot = redis.call('HGET', KEYS[1], 'current') == 'a' and 'b' or 'a'
local key = slot == 'a' and KEYS[2] or KEYS[3]
redis.call('DEL', key)
-- The whole length at once: a filter that is shorter than this has lost its bits.
redis.call('SETBIT', key, ARGV[2] - 1, 0)
redis.call('PEXPIRE', key, ARGV[5])
redis.call('HSET', KEYS[1], 'next', slot, 'build', ARGV[1], slot .. ':bits', ARGV[2],
  slot .. ':hashes', ARGV[3], slot .. ':room', ARGV[4], slot .. ':added', 0)
return 1
