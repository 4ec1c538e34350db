-- Purpose: asks a filter whether ids can be among its members. It answers only when it is whole, of
--   this epoch, and of this very run of the server: one that was started again may have lost what
--   was added last.
-- KEYS:    1 facts of the filter
--          2 bits of its generation a
--          3 bits of its generation b
-- ARGV:    1 epoch
--          2 run id of the server
--          3.. for each id its two hashes
-- Returns: nothing when the filter cannot be relied on; else first 1, or 2 when it has more members
--          than it was made for, then for each id 1 (perhaps) or 0 (certainly not).
local slot, epoch, run = unpack(redis.call('HMGET', KEYS[1], 'current', 'epoch', 'run'))
if not slot or epoch ~= ARGV[1] or run ~= ARGV[2] then return {} end

local key = slot == 'a' and KEYS[2] or KEYS[3]
local size = redis.call('HMGET', KEYS[1], slot .. ':bits', slot .. ':hashes', slot .. ':room',
  slot .. ':added')
local bits, hashes = tonumber(size[1]), tonumber(size[2])
if redis.call('STRLEN', key) * 8 < bits then return {} end

local answers = { tonumber(size[4]) > tonumber(size[3]) and 2 or 1 }
for at = 3, #ARGV, 2 do
  local x, y = tonumber(ARGV[at]) % bits, tonumber(ARGV[at + 1]) % bits
  local perhaps = 1
  for i = 1, hashes do
    if redis.call('GETBIT', key, x) == 0 then
      perhaps = 0
      break
    end
    x, y = (x + y) % bits, (y + i) % bits
  end
  answers[#answers + 1] = perhaps
end
return answers
