-- Purpose: puts the generation that was filled in the place of the one in use, unless another
--   builder has begun anew since.
-- KEYS:    1 facts of the filter
--          2 bits of its generation a
--          3 bits of its generation b
-- ARGV:    1 token of the builder
--          2 epoch of what was added
--          3 run id of the server when it was begun
--          4 how long it may be used, ms
-- Returns: 1 when it is in use now, else 0.
local slot, build = unpack(redis.call('HMGET', KEYS[1], 'next', 'build'))
if not slot or build ~= ARGV[1] then return 0 end
redis.call('HSET', KEYS[1], 'current', slot, 'epoch', ARGV[2], 'run', ARGV[3])
redis.call('HDEL', KEYS[1], 'next', 'build')
redis.call('DEL', slot == 'a' and KEYS[3] or KEYS[2])
redis.call('PEXPIRE', slot == 'a' and KEYS[2] or KEYS[3], ARGV[4])
redis.call('PEXPIRE', KEYS[1], ARGV[4])
return 1
