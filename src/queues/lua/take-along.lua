-- Purpose: puts many plain jobs that wait into the hands of one worker, as BullMQ does for each
--   alone: lock, "active" event, attempt. Stops at the first that is not plain, and touches
--   nothing in a queue that is paused or limited: BullMQ itself sees to those.
-- KEYS:    1 jobs that wait
--          2 jobs in hand
--          3 events
--          4 settings of the queue
--          5 marker that wakes workers
--          6 jobs with a priority
-- ARGV:    1 prefix of the keys of jobs
--          2 token of the locks
--          3 how long the locks live, ms
--          4 time here, ms
--          5 how many jobs at most
--          6 how often a job may be started
--          7 no more jobs when what they carry comes to so many bytes
-- Returns: nothing when BullMQ has to see to this queue; else a list of jobs, each
--          id, name, data, how often it was started before, options.
local prefix, token, ttl, now = ARGV[1], ARGV[2], ARGV[3], ARGV[4]
local most, starts, bytes = tonumber(ARGV[5]), tonumber(ARGV[6]), tonumber(ARGV[7])

for _, setting in ipairs(redis.call('HMGET', KEYS[4], 'paused', 'concurrency', 'max')) do
  if setting then return nil end
end

local waiting = redis.call('LRANGE', KEYS[1], -most, -1)
local ids, jobs = {}, {}
for i = #waiting, 1, -1 do
  if bytes <= 0 then break end
  local id = waiting[i]
  local key = prefix .. id
  local job = redis.call('HMGET', key, 'name', 'data', 'ats', 'opts',
    'rjk', 'defa', 'parentKey', 'deid')
  local started = tonumber(job[3]) or 0
  local plain = job[1] and not (job[5] or job[6] or job[7] or job[8]) and started < starts
  if not plain then break end
  redis.call('SET', key .. ':lock', token, 'PX', ttl)
  redis.call('XADD', KEYS[3], '*', 'event', 'active', 'jobId', id, 'prev', 'waiting')
  redis.call('HSET', key, 'processedOn', now, 'ats', started + 1)
  bytes = bytes - #job[2]
  ids[#ids + 1] = id
  jobs[#jobs + 1] = {id, job[1], job[2], started, job[4]}
end

if #ids > 0 then
  redis.call('LTRIM', KEYS[1], 0, -(#ids + 1))
  redis.call('LPUSH', KEYS[2], unpack(ids))
elseif #waiting == 0 and redis.call('EXISTS', KEYS[6]) == 1 then
  return nil
end
if #waiting > #ids or #waiting == most then redis.call('ZADD', KEYS[5], 0, '0') end
return jobs
