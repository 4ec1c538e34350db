-- Purpose: for entries that nobody has, lets one caller load each: it gets a lease, all others are
--   told to wait. An entry that has come meanwhile is answered itself.
-- KEYS:    1.. the entries, then in the same order their leases
-- ARGV:    1 token of the caller
--          2 how long a lease lives, ms
--          3 '1' to lease entries that are there too, since they are to be loaded anew
-- Returns: for each entry its text, 1 when the caller is to load it, 0 when somebody else does.
local count, answers = #KEYS / 2, {}
for i = 1, count do
  local entry = ARGV[3] ~= '1' and redis.call('GET', KEYS[i])
  if entry then
    answers[i] = entry
  elseif redis.call('SET', KEYS[count + i], ARGV[1], 'NX', 'PX', ARGV[2]) then
    answers[i] = 1
  else
    answers[i] = 0
  end
end
return answers
