-- Purpose: raises the fences to what the quorum agreed on, but only while the locks are still
--   this owner's. Raised without that condition, a holder that slept past its time could end up
--   with a fence above its successor's.
-- KEYS:    the locks; a large set as one text, with ~ between.
-- ARGV:    1 owner
--          2 fence
--          3 what the names of all locks begin with
-- Returns: the time here in microseconds, and with it
--          1 when every lock is this owner's and its fence is at least the one given, else 0.
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
-- As acquire has it: how long it keeps a fence, ms, and which sets raise the floor instead.
local KEPT, LARGE = '2592000000', 8
local fence = tonumber(ARGV[2])
local function raise(name)
  if tonumber(redis.call('GET', name) or 0) < fence then
    redis.call('SET', name, ARGV[2], 'PX', KEPT)
  end
end
if #keys > LARGE then
  raise(ARGV[3] .. '~floor')
else
  for _, key in ipairs(keys) do raise(key .. '~fence') end
end
return {now, 1}
