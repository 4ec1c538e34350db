-- Purpose: completes many plain jobs at once, as BullMQ does for each alone: lock, list, event,
--   and the job itself, which is removed or kept.
-- KEYS:    1 jobs that wait
--          2 jobs in hand
--          3 events
--          4 settings of the queue
--          5 jobs suspected to be stalled
--          6 jobs with a priority
--          7 completed jobs
-- ARGV:    1 prefix of the keys of jobs
--          2 time here, ms
--          3.. for each job: id, token, '1' to keep it or '', what its handler answered
-- Returns: the ids of jobs that are no longer this worker's.
local prefix, now = ARGV[1], ARGV[2]
local count = (#ARGV - 2) / 4

local locks = {}
for i = 1, count do locks[i] = prefix .. ARGV[4 * i - 1] .. ':lock' end
local tokens = redis.call('MGET', unpack(locks))

local ended, gone, lost = {}, {}, {}
for i = 1, count do
  local at = 4 * i - 1
  local id, keeps, answer = ARGV[at], ARGV[at + 2] == '1', ARGV[at + 3]
  local mine = tokens[i] == ARGV[at + 1] and redis.call('LREM', KEYS[2], -1, id) == 1
  if mine then
    local key = prefix .. id
    ended[#ended + 1] = id
    gone[#gone + 1] = locks[i]
    if keeps then
      redis.call('HSET', key, 'returnvalue', answer, 'finishedOn', now)
      redis.call('HINCRBY', key, 'atm', 1)
      redis.call('ZADD', KEYS[7], now, id)
    else
      gone[#gone + 1] = key
      gone[#gone + 1] = key .. ':logs'
    end
    redis.call('XADD', KEYS[3], '*', 'event', 'completed', 'jobId', id,
      'returnvalue', answer, 'prev', 'active')
  else
    lost[#lost + 1] = id
  end
end
if #ended == 0 then return lost end

redis.call('DEL', unpack(gone))
redis.call('SREM', KEYS[5], unpack(ended))
redis.call('XTRIM', KEYS[3], 'MAXLEN', '~',
  redis.call('HGET', KEYS[4], 'opts.maxLenEvents') or 10000)
if redis.call('EXISTS', KEYS[1], KEYS[2], KEYS[6]) == 0 then
  redis.call('XADD', KEYS[3], '*', 'event', 'drained')
end
return lost
